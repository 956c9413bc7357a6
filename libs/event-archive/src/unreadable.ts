import { ArchiveError } from './archive-error.ts';
import { asError, codeOf, fieldOf, messageOf } from './error-fields.ts';

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
