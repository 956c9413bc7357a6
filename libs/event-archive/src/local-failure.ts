import { ArchiveError, type ArchiveErrorCode, codeOf, fieldOf } from './archive-error.ts';

type Meaning = readonly [code: ArchiveErrorCode, advice: string];

const NETWORK: Meaning = ['ARCHIVE_UNAVAILABLE', 'the network file system does not answer'];
const OUT_OF_RESOURCES: Meaning = ['ARCHIVE_UNAVAILABLE', 'this machine has no memory or no file left for it'];
const IN_THE_WAY: Meaning = ['ARCHIVE_REFUSED', 'a file is in the place of a folder, or a folder in that of a file'];
const NO_HARD_LINKS: Meaning = ['ARCHIVE_REFUSED', 'use one file system that has hard links'];

/** Error codes of file systems (errno(3)) as errors of the archive. Any other code is final. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  // Passing: the worker waits while space is freed, and the topic still holds what is not archived.
  ENOSPC: ['ARCHIVE_FULL', 'the disk is full: free space or enlarge it'],
  EDQUOT: ['ARCHIVE_FULL', 'the disk quota is used up: free space or raise it'],
  EIO: ['ARCHIVE_UNAVAILABLE', 'look at the disk and the kernel log'],
  EBUSY: ['ARCHIVE_UNAVAILABLE', 'another program has locked the file'],
  EINTR: ['ARCHIVE_UNAVAILABLE', 'the call was interrupted'],
  ESTALE: ['ARCHIVE_UNAVAILABLE', 'the network file system has lost the folder'],
  ...Object.fromEntries(
    ['ETIMEDOUT', 'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENOTCONN', 'ESHUTDOWN', 'ENOLCK', 'EREMOTEIO']
      .concat(['EHOSTDOWN', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH'])
      .map((code) => [code, NETWORK]),
  ),
  ...Object.fromEntries(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'].map((code) => [code, OUT_OF_RESOURCES])),
  EACCES: ['ARCHIVE_REFUSED', 'let this user read and write there'],
  EPERM: ['ARCHIVE_REFUSED', 'let this user write there, on a file system that has hard links'],
  ENOTSUP: NO_HARD_LINKS,
  EXDEV: NO_HARD_LINKS,
  EROFS: ['ARCHIVE_REFUSED', 'the file system is mounted read-only'],
  ENOENT: ['ARCHIVE_REFUSED', 'a folder or file of the archive is gone: see that it is mounted, and what removes it'],
  ENAMETOOLONG: ['ARCHIVE_REFUSED', 'the path is too long: give ARCHIVE_URL, or the topic, a shorter name'],
  ELOOP: ['ARCHIVE_REFUSED', 'symbolic links lead in a circle'],
  EFBIG: ['ARCHIVE_REFUSED', 'the file is larger than the file system or the limits of this user allow'],
  EEXIST: IN_THE_WAY,
  EISDIR: IN_THE_WAY,
  ENOTDIR: IN_THE_WAY,
};

const OTHER: Meaning = ['ARCHIVE_REFUSED', 'the file system does not do that; see errno(3)'];

/**
 * Turns a failure of a file system into an ArchiveError; returns any other error unchanged.
 * @param operation what failed: the message begins with «cannot» and this text.
 */
export function localFailure(operation: string, error: unknown): unknown {
  const systemCode = codeOf(error);
  if (systemCode === undefined || typeof fieldOf(error, 'syscall') !== 'string') return error;
  const [code, advice] = MEANINGS[systemCode] ?? OTHER;
  return new ArchiveError(code, `cannot ${operation} (${systemCode}): ${advice}`, { cause: error });
}
