import { ProductError } from '@antenna/cli';
import { connectionAdvice } from './connection-advice.ts';

/** No database answered within the time limit. */
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

/** The server refuses the connection, or the client refuses the server. A retry would not help. */
export class DatabaseRefusedError extends ProductError {
  readonly code = 'DATABASE_REFUSED';

  /** @param server undefined when a later connection of the pool is refused. */
  constructor(server: string | undefined, cause: unknown) {
    super(
      `Postgres${server === undefined ? '' : ` at ${server}`} cannot be used: ${factOf(cause)}; ${connectionAdvice(cause)}`,
      { cause },
    );
  }
}

/** The database is temporarily unable to execute a command. */
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

/** A schema, table, function or column is missing. */
export class SchemaMissingError extends ProductError {
  readonly code = 'SCHEMA_MISSING';

  constructor(fact: string, options?: ErrorOptions) {
    super(`${fact}: run the provisioner: npx nx run provisioner:run`, options);
  }
}

/** The versions of this program and of the schema are incompatible. */
export class SchemaVersionError extends ProductError {
  readonly code = 'SCHEMA_VERSION';

  constructor(fact: string, options?: ErrorOptions) {
    super(
      `${fact}; if the schema is older, run the provisioner of this version; if it is newer, use a newer version of ` +
        `this program`,
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

/** A chunk of the archive has an open intent, so its files must be finished first. */
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

/** A sink is not at the end of the topic, so the stream cannot move to another one. */
export class StreamNotDrainedError extends ProductError {
  readonly code = 'STREAM_NOT_DRAINED';

  constructor(fact: string, options?: ErrorOptions) {
    super(`${fact}; end the producers of this topic, run speed-layer:drain, and then this again`, options);
  }
}

/** A restore of the database to an earlier time is not settled with the archive. */
export class RestoreUnsettledError extends ProductError {
  readonly code = 'RESTORE_UNSETTLED';

  constructor(fact: string, options?: ErrorOptions) {
    super(`${fact}; run speed-layer:settle-restore with the same settings, until it ends`, options);
  }
}

/** A program with another decoder version left one sink of a partition behind the other, or a chunk half written. */
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

/** The login of this program lacks a right. */
export class PermissionDeniedError extends ProductError {
  readonly code = 'PERMISSION_DENIED';

  constructor(fact: string, options?: ErrorOptions) {
    super(
      `${fact}: programs log in as members of antenna_speed, antenna_batch, antenna_operator or antenna_reader; the provisioner needs ` +
        `the owner of the tables, who may create roles and has ADMIN OPTION on these four if another role created them`,
      options,
    );
  }
}

/** Postgres refuses a migration. The migrations of a run are committed together or not at all. */
export class MigrationFailedError extends ProductError {
  readonly code = 'MIGRATION_FAILED';

  constructor(fact: string, options?: ErrorOptions) {
    super(`the schema cannot be brought up to date: ${fact}`, options);
  }
}

/** Another migration was still running at the time limit. */
export class MigrationLockedError extends ProductError {
  readonly code = 'MIGRATION_LOCKED';

  constructor(waitedMs: number, options?: ErrorOptions) {
    super(
      `another migration of this database has not ended in ${Math.round(waitedMs / 1000)} s; ` +
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' shows the connection that holds the lock`,
      options,
    );
  }
}

/**
 * The text of an error. Node reports a failure of a host with several addresses as an AggregateError without a text,
 * and puts the place in OpenSSL's source into the text of a TLS alert.
 */
export function factOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(factOf).join(', ');
  if (!(cause instanceof Error)) return String(cause);
  const isOfTls = 'library' in cause && cause.library === 'SSL routines' && 'reason' in cause;
  return isOfTls && typeof cause.reason === 'string' ? cause.reason : cause.message;
}
