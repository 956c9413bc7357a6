import { ArchiveError, type ArchiveErrorCode } from './archive-error.ts';
import { codeOf } from './error-fields.ts';

/** What errors of a file system mean to whoever reads or writes an archive; any other is passed on as it is. */
const MEANINGS: Readonly<Record<string, readonly [ArchiveErrorCode, string]>> = {
  ENOSPC: ['ARCHIVE_FULL', 'the disk is full: free space or enlarge it'],
  EDQUOT: ['ARCHIVE_FULL', 'the disk quota is used up: free space or raise it'],
  EACCES: ['ARCHIVE_REFUSED', 'let this user read and write there'],
  EPERM: ['ARCHIVE_REFUSED', 'let this user write there, on a file system that has hard links'],
  ENOTSUP: ['ARCHIVE_REFUSED', 'use a file system that has hard links'],
  EROFS: ['ARCHIVE_REFUSED', 'the file system is mounted read-only'],
  ENOTDIR: ['ARCHIVE_REFUSED', 'a file is in the place of a folder'],
  EEXIST: ['ARCHIVE_REFUSED', 'a file is in the place of a folder'],
  EIO: ['ARCHIVE_UNAVAILABLE', 'look at the disk and the kernel log'],
  ESTALE: ['ARCHIVE_UNAVAILABLE', 'the network file system has lost the folder'],
  ETIMEDOUT: ['ARCHIVE_UNAVAILABLE', 'the network file system does not answer'],
  EMFILE: ['ARCHIVE_UNAVAILABLE', 'this process has too many files open'],
  ENFILE: ['ARCHIVE_UNAVAILABLE', 'the system has too many files open'],
};

/** @param operation what failed, «cannot …». */
export function localFailure(operation: string, error: unknown): unknown {
  const meaning = MEANINGS[codeOf(error) ?? ''];
  if (meaning === undefined) return error;
  const [code, advice] = meaning;
  return new ArchiveError(code, `cannot ${operation} (${codeOf(error) ?? ''}): ${advice}`, { cause: error });
}
