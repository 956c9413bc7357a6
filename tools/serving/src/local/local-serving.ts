import { join } from 'node:path';
import { processFile, type Report } from '@antenna/local-stack';
import { checkSchema, connectWithRetry, type DatabaseConnection, ensureLogin, LOGINS } from '@antenna/usage-store';
import type { Knex } from 'knex';
import type { Bundle } from '../bundle/bundle.ts';
import { dashboardDatabase, type DashboardDatabase } from '../superset/dashboard-database.ts';
import { importBundle, type ImportResult } from '../superset/import-bundle.ts';
import type { Credentials } from '../superset/superset-client.ts';
import { metadataDatabase, type MetadataDatabase } from './metadata-database.ts';
import { prepareSuperset } from './prepare-superset.ts';
import { pythonEnvironment } from './python-environment.ts';
import { keptSecrets, type Secrets } from './secrets.ts';
import { supersetEnvironment, supersetServer } from './superset-server.ts';

export interface ServingRequest {
  /** Folder of secrets and log. */
  readonly home: string;
  /** Folder of the installation, which several homes can share. */
  readonly installation: string;
  /** URL of the stack's Postgres, with a login that may create roles and databases. */
  readonly connection: DatabaseConnection;
  readonly port: number;
  readonly username: string;
  /** Those that are not given are kept in a file. */
  readonly password: string | undefined;
  readonly secretKey: string | undefined;
  readonly timeRange: string;
}

export interface Serving extends ImportResult {
  readonly url: string;
  readonly credentials: Credentials;
  readonly secretsFile: string;
}

/** Superset on this machine with the dashboards in it: installed, prepared and started where that is needed. */
export async function startServing(request: ServingRequest, bundle: Bundle, report: Report): Promise<Serving> {
  const { home, connection, timeRange } = request;
  const secretsFile = join(home, 'secrets');
  const kept = await keptSecrets(secretsFile);
  const secrets = { ...kept, secretKey: request.secretKey ?? kept.secretKey };
  const credentials = { username: request.username, password: request.password ?? kept.adminPassword };
  const administrator = await connectWithRetry(connection, { applicationName: 'serving', waitMs: 10_000 });
  try {
    await checkSchema(administrator);
    const metadata = await metadataDatabase(administrator, connection, { password: secrets.metadataPassword });
    const url = await startedServer(request, { metadata, secrets, credentials }, report);
    report('superset: importing the dashboards');
    const database = await readerDatabase(administrator, connection, secrets.readerPassword);
    const result = await importBundle(bundle, { url: new URL(url), credentials, choices: { database, timeRange } });
    return { ...result, url, credentials, secretsFile };
  } finally {
    await administrator.destroy();
  }
}

/** Ends the server, if it runs; data and installation stay. */
export async function stopServing(home: string, report: Report): Promise<void> {
  const running = await processFile(join(home, 'server', 'process.json')).running();
  if (running === undefined) {
    report('superset: not running');
    return;
  }
  const port = Number(new URL(running.address).port);
  await supersetServer({ home, python: '', port, environment: {} }, report).stop('graceful');
}

/** The stack's database as the login of the dashboards, which gets the password. */
async function readerDatabase(
  administrator: Knex,
  connection: DatabaseConnection,
  password: string,
): Promise<DashboardDatabase> {
  await ensureLogin(administrator, connection, { ...LOGINS.reader, password });
  const url = new URL(connection.url);
  url.username = LOGINS.reader.role;
  return dashboardDatabase(url, password);
}

interface Ready {
  readonly metadata: MetadataDatabase;
  readonly secrets: Secrets;
  readonly credentials: Credentials;
}

/** @returns its address. */
async function startedServer(
  { home, installation, port }: ServingRequest,
  { metadata, secrets, credentials }: Ready,
  report: Report,
): Promise<string> {
  const python = await pythonEnvironment(installation, report);
  const environment = supersetEnvironment(home, metadata.uri, secrets.secretKey);
  const server = supersetServer({ home, python: python.python, port, environment }, report);
  const preparation = { python, environment, administrator: credentials };
  // One that runs is of the versions, or of the database, of before.
  if (await prepareSuperset(metadata, preparation, report)) await server.stop('graceful');
  await server.start();
  return server.address;
}
