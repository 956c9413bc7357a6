import { ProductError } from '@antenna/cli';

export type ArchiveErrorCode =
  /** The store does not answer, or reports that it is unavailable for now. */
  | 'ARCHIVE_UNAVAILABLE'
  /** The disk or quota is full. */
  | 'ARCHIVE_FULL'
  /** The store denies the operation, or cannot perform it. */
  | 'ARCHIVE_REFUSED'
  /** The bucket or folder does not exist. */
  | 'ARCHIVE_MISSING'
  | 'ARCHIVE_FILE_MISSING'
  /** Other writers laid the archive out so that a listing does not show which events count. */
  | 'ARCHIVE_LAYOUT'
  /** The file was not written by this product. */
  | 'ARCHIVE_FILE_UNREADABLE';

const PASSING: ReadonlySet<ArchiveErrorCode> = new Set(['ARCHIVE_UNAVAILABLE', 'ARCHIVE_FULL']);

/** An operation on the archive failed. Readers never see a partly written file. */
export class ArchiveError extends ProductError {
  readonly code: ArchiveErrorCode;
  /** Whether the same operation may succeed later without a change of settings. */
  readonly retryable: boolean;

  constructor(code: ArchiveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = PASSING.has(code);
  }
}

/*
 * Errors of worker threads and HTTP libraries arrive without their classes or as bare objects, so their facts are read
 * from fields.
 */

export function messageOf(error: unknown): string {
  const message = fieldOf(error, 'message');
  return typeof message === 'string' && message !== '' ? message : String(error);
}

/** The error code, such as `ENOENT` or `ERR_WORKER_OUT_OF_MEMORY`. */
export function codeOf(error: unknown): string | undefined {
  const code = fieldOf(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The value as an Error, so that it can be thrown. */
export function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  const fields = typeof error === 'object' && error !== null ? error : {};
  return Object.assign(new Error(messageOf(error), { cause: error }), fields);
}

/**
 * The meaning of a failed decoding: a file of another writer, or a failure of the system, which is returned unchanged.
 */
export function unreadable(path: string, error: unknown): Error {
  if (fieldOf(error, 'syscall') !== undefined || codeOf(error)?.startsWith('ERR_WORKER') === true)
    return asError(error);
  return new ArchiveError(
    'ARCHIVE_FILE_UNREADABLE',
    `${path} is not a Parquet file with the columns of the archive: ${messageOf(error)}; find out who wrote it`,
    { cause: error },
  );
}
