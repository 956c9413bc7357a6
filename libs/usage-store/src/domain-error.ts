import { HourBelowFloorError, NewerResultError } from '@antenna/hourly-batch';
import { FenceLostError } from '@antenna/ingestion';
import {
  ChunkInProgressError,
  DatabaseRefusedError,
  DecoderVersionError,
  OtherStreamError,
  PermissionDeniedError,
  RestoreUnsettledError,
  SchemaMissingError,
  SchemaVersionError,
  StreamNotDrainedError,
} from './errors.ts';

/**
 * The SQLSTATEs with which functions of schema `pipeline` refuse a call, in the user-defined class AU. A refusal rolls
 * the whole call back.
 */
const SqlState = {
  /** A position was moved, or claimed by another worker, since the caller's last call. */
  fenceLost: 'AU001',
  /** The program was built for a schema version that this database does not accept. */
  schemaVersion: 'AU002',
  /** The database belongs to another topic, group, cluster or archive. */
  otherStream: 'AU003',
  /** A newer revision of the hour has been computed already. */
  newerResult: 'AU004',
  /** The operator's command must wait, since a chunk is being written. */
  chunkInProgress: 'AU005',
  /** Another decoder version left one sink of a partition behind the other, or a chunk half written. */
  decoderVersion: 'AU006',
  /** The hour is below the retention floor of hours. */
  hourBelowFloor: 'AU008',
  /** A restore of the database to an earlier time is being settled, or was settled meanwhile. */
  restoreUnsettled: 'AU009',
  /** The stream cannot move to another topic yet: a sink is not at the end of the present one. */
  streamNotDrained: 'AU010',
} as const;

/** SQLSTATEs of a missing schema, table, function or column. */
const MISSING = new Set(['3F000', '42P01', '42883', '42703']);

/** SQLSTATEs of a refused login: class 28, such as a wrong password, and a database that does not exist. */
const REFUSED_LOGIN = /^(28...|3D000)$/;

/** SQLSTATE of a missing right. */
export const INSUFFICIENT_PRIVILEGE = '42501';

/** Translates a failed call into an error class of the domain by its SQLSTATE; returns any other error unchanged. */
export function toDomainError(error: unknown): unknown {
  const state = sqlStateOf(error);
  const message = error instanceof Error ? withoutStatement(error.message) : String(error);
  if (state === undefined) return error;
  if (state === SqlState.fenceLost) return new FenceLostError(message, { cause: error });
  if (state === SqlState.schemaVersion) return new SchemaVersionError(message, { cause: error });
  if (state === SqlState.otherStream) return new OtherStreamError(message, { cause: error });
  if (state === SqlState.chunkInProgress) return new ChunkInProgressError(message, { cause: error });
  if (state === SqlState.decoderVersion) return new DecoderVersionError(message, { cause: error });
  if (state === SqlState.restoreUnsettled) return new RestoreUnsettledError(message, { cause: error });
  if (state === SqlState.streamNotDrained) return new StreamNotDrainedError(message, { cause: error });
  if (state === SqlState.hourBelowFloor) return new HourBelowFloorError(message, { cause: error });
  if (state === SqlState.newerResult) return new NewerResultError(message, { cause: error });
  if (state === INSUFFICIENT_PRIVILEGE) return new PermissionDeniedError(message, { cause: error });
  if (REFUSED_LOGIN.test(state)) return new DatabaseRefusedError(undefined, error);
  if (isReplacedSchema(error)) return error;
  if (MISSING.has(state)) return new SchemaMissingError(message, { cause: error });
  return error;
}

/**
 * Whether a function of the schema has called or read what does not exist: the provisioner has replaced the schema during
 * the call. The functions of one schema fit together, so the same call succeeds when it is repeated.
 */
export function isReplacedSchema(error: unknown): boolean {
  return MISSING.has(sqlStateOf(error) ?? '') && isWithinFunction(error);
}

/** Whether the error was raised inside a PL/pgSQL function: Postgres then sends the calls that led to it, as `where`. */
function isWithinFunction(error: unknown): boolean {
  return error instanceof Error && 'where' in error && /^PL\/pgSQL function /m.test(String(error.where));
}

/** Removes the statement that knex prepends to the server's message. */
function withoutStatement(message: string): string {
  const statement = message.lastIndexOf(' - ');
  return statement === -1 ? message : message.slice(statement + ' - '.length);
}

/** The SQLSTATE of an error that comes from Postgres, five characters; undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}
