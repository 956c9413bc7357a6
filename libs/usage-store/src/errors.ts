import { ProductError } from '@antenna/cli';
import { connectionAdvice } from './connection-advice.ts';

/** Nothing answered, or not as a database that is up does, for as long as we were ready to wait. */
export class DatabaseUnreachableError extends ProductError {
  readonly code = 'DATABASE_UNREACHABLE';

  constructor(server: string, cause: unknown, { attempts, waitedMs }: { attempts: number; waitedMs: number }) {
    super(
      `Postgres at ${server} cannot be reached: ${factOf(cause)} (${attempts} attempts in ` +
        `${Math.round(waitedMs / 1000)} s); check DATABASE_URL, and that the server runs`,
      { cause },
    );
  }
}

/** The server answered, and would not have us, or we would not have it: to try again is of no use. */
export class DatabaseRefusedError extends ProductError {
  readonly code = 'DATABASE_REFUSED';

  /** @param server undefined where a connection that was needed later is refused. */
  constructor(server: string | undefined, cause: unknown) {
    super(
      `Postgres${server === undefined ? '' : ` at ${server}`} cannot be used: ${factOf(cause)}; ${connectionAdvice(cause)}`,
      { cause },
    );
  }
}

/** The database cannot do now what a command asks for. */
export class DatabaseUnavailableError extends ProductError {
  readonly code = 'DATABASE_UNAVAILABLE';

  constructor(cause: unknown, isReadOnly: boolean) {
    const advice = isReadOnly
      ? 'the server is a standby, or a failover is under way; nothing was changed: run the command again once DATABASE_URL ' +
        'leads to the primary'
      : 'run the command again: it finds out by itself what was done';
    super(`Postgres cannot do this now: ${factOf(cause)}; ${advice}`, { cause });
  }
}

/** A schema, table, function or column is not there. */
export class SchemaMissingError extends ProductError {
  readonly code = 'SCHEMA_MISSING';

  constructor(fact: string, options?: ErrorOptions) {
    super(`${fact}: run the provisioner: npx nx run provisioner:run`, options);
  }
}

/** This program and the database are of versions that do not go together. */
export class SchemaVersionError extends ProductError {
  readonly code = 'SCHEMA_VERSION';

  constructor(fact: string, options?: ErrorOptions) {
    super(
      `${fact}; of an older database the provisioner of this version brings the schema up to date, ` +
        `a newer one wants a newer version of this program`,
      options,
    );
  }
}

/** The database belongs to another stream. */
export class OtherStreamError extends ProductError {
  readonly code = 'OTHER_STREAM';

  constructor(fact: string, options?: ErrorOptions) {
    super(
      `${fact}; give each stream a database of its own, or bring back the settings that it was begun with`,
      options,
    );
  }
}

/** A chunk of the archive is being written, or was left half written: its files have to be finished first. */
export class ChunkInProgressError extends ProductError {
  readonly code = 'CHUNK_IN_PROGRESS';

  constructor(fact: string, options?: ErrorOptions) {
    super(
      `${fact}; let a worker finish it: npx nx run speed-layer:drain with this topic. Where its records are gone, ` +
        `speed-layer:acknowledge-gap or acknowledge-truncation closes it`,
      options,
    );
  }
}

/** What is left to do of a partition was begun by a program that decodes records by other rules. */
export class DecoderVersionError extends ProductError {
  readonly code = 'DECODER_VERSION';

  constructor(fact: string, options?: ErrorOptions) {
    super(
      `${fact}; let a program of the other version finish first: end its workers with SIGTERM, which brings both sinks to ` +
        `the same offset, or run its speed-layer:drain; then start this one`,
      options,
    );
  }
}

/** The user that we are in the database lacks a right. */
export class PermissionDeniedError extends ProductError {
  readonly code = 'PERMISSION_DENIED';

  constructor(fact: string, options?: ErrorOptions) {
    super(
      `${fact}: programs log in as members of antenna_speed, antenna_batch, antenna_operator or antenna_reader; the provisioner needs ` +
        `the owner of the tables, who may create roles and has ADMIN OPTION on these four where somebody else made them`,
      options,
    );
  }
}

/** Postgres refuses a step of the schema. Steps are kept all or none. */
export class MigrationFailedError extends ProductError {
  readonly code = 'MIGRATION_FAILED';

  constructor(fact: string, options?: ErrorOptions) {
    super(`the schema cannot be brought up to date: ${fact}`, options);
  }
}

/** Another migration has been running for as long as we were ready to wait. */
export class MigrationLockedError extends ProductError {
  readonly code = 'MIGRATION_LOCKED';

  constructor(waitedMs: number, options?: ErrorOptions) {
    super(
      `another migration of this database has not ended in ${Math.round(waitedMs / 1000)} s; ` +
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' tells which connection it has`,
      options,
    );
  }
}

/**
 * The text of an error. Node reports a host with several addresses as an error without a text of its own, and an alert of
 * TLS with the place in OpenSSL's source.
 */
export function factOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(factOf).join(', ');
  if (!(cause instanceof Error)) return String(cause);
  const isOfTls = 'library' in cause && cause.library === 'SSL routines' && 'reason' in cause;
  return isOfTls && typeof cause.reason === 'string' ? cause.reason : cause.message;
}
