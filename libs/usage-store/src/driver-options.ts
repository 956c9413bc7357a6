import type { ConnectionOptions } from 'node:tls';
import type { DatabaseConnection } from './settings/database-settings.ts';
import type { Knex } from 'knex';
import pg from 'pg';
import { databaseAddress } from './database-address.ts';

// By default the driver writes a Date in local time with an offset, which a TIMESTAMP column drops.
pg.defaults.parseInputDatesAsUTC = true;

/** Options of a connection, and the parsers for the values that it returns. */
export function driverOptions(connection: DatabaseConnection, applicationName: string): Knex.PgConnectionConfig {
  return { ...clientOptions(connection, applicationName), types: utcTypes };
}

/** Options of a connection: address, login, TLS, timeouts. */
export function clientOptions(connection: DatabaseConnection, applicationName: string) {
  const address = databaseAddress(connection.url);
  return {
    ...address,
    ...(connection.password === undefined ? {} : { password: connection.password }),
    application_name: applicationName,
    ssl: sslOptions(connection),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/** `user@host:port/database`: the parts of a connection that are not secret. */
export function serverOf({ url }: DatabaseConnection): string {
  const { user = '', host, port, database = '' } = databaseAddress(url);
  return `${user}@${host}:${port}/${database}`;
}

function sslOptions({ sslMode = 'disable', sslCa, sslCert, sslKey }: DatabaseConnection): false | ConnectionOptions {
  const own = sslCert === undefined || sslKey === undefined ? {} : { cert: sslCert, key: sslKey };
  const trusted = sslCa === undefined ? {} : { ca: sslCa };
  switch (sslMode) {
    case 'disable':
      return false;
    case 'require':
      return { ...own, rejectUnauthorized: false };
    case 'verify-ca':
      return { ...own, ...trusted, rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ...own, ...trusted, rejectUnauthorized: true };
  }
}

const overrides = new pg.TypeOverrides();
for (const type of [pg.types.builtins.DATE, pg.types.builtins.TIMESTAMP]) overrides.setTypeParser(type, (text) => text);

/** The driver's parsers, except for the types that it would read in local time. */
const utcTypes = {
  getTypeParser: (type: number, format: string): unknown =>
    overrides.getTypeParser<unknown>(type, format === 'binary' ? 'binary' : 'text'),
};
