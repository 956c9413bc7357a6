import { NewerResultError } from '@antenna/hourly-batch';
import { FenceLostError } from '@antenna/ingestion';
import {
  ChunkInProgressError,
  DatabaseRefusedError,
  DecoderVersionError,
  OtherStreamError,
  PermissionDeniedError,
  SchemaMissingError,
  SchemaVersionError,
} from './errors.ts';
import { SqlState } from './sql-state.ts';

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
  if (state === SqlState.newerResult) return new NewerResultError(message, { cause: error });
  if (state === INSUFFICIENT_PRIVILEGE) return new PermissionDeniedError(message, { cause: error });
  if (REFUSED_LOGIN.test(state)) return new DatabaseRefusedError(undefined, error);
  if (MISSING.has(state)) return new SchemaMissingError(message, { cause: error });
  return error;
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
