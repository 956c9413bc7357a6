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

/** SQLSTATEs of a schema, table, function or column that is not there. */
const MISSING = new Set(['3F000', '42P01', '42883', '42703']);

/** SQLSTATEs of a connection that is refused, as after a password was changed: 28, and a database that is gone. */
const REFUSED_LOGIN = /^(28...|3D000)$/;

/** SQLSTATE of a right that is missing. */
export const INSUFFICIENT_PRIVILEGE = '42501';

/** A failed call in the words of the core: which promise was broken. Anything else stays what it is. */
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

/** Knex writes the statement before what the server said. */
function withoutStatement(message: string): string {
  const statement = message.lastIndexOf(' - ');
  return statement === -1 ? message : message.slice(statement + ' - '.length);
}

/** The five characters of a SQLSTATE, where the error is Postgres's. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}
