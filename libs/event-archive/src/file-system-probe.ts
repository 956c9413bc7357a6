import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError } from './archive-error.ts';
import { syncFile, syncFolder } from './durable-folders.ts';
import { codeOf, messageOf } from './error-fields.ts';
import { localFailure } from './local-failure.ts';
import type { StagingFolder } from './staging-folder.ts';

/** The calls by which a file of the archive appears whole, once, and for good. */
export interface PublishingCalls {
  readonly link: (existing: string, name: string) => Promise<void>;
  readonly syncFolder: (path: string) => Promise<void>;
}

/**
 * Makes sure that a file system can keep an archive: that it has hard links, which never take the place of a file, and
 * that it makes the names in a folder durable. Without them each file would fail only when it is stored, some with an
 * error that looks as if it passed (EIO). What passes by itself, such as a full disk, is left to the files.
 * @throws {ArchiveError} ARCHIVE_REFUSED saying what the file system lacks.
 */
export async function probeFileSystem(
  staging: StagingFolder,
  root: string,
  calls: PublishingCalls = { link, syncFolder },
): Promise<void> {
  const missing = await staging.using((folder) => firstMissing(folder, calls));
  if (missing === undefined) return;
  throw new ArchiveError(
    'ARCHIVE_REFUSED',
    `the file system of ${root} cannot keep an archive: ${missing}; set ARCHIVE_URL to a folder of another file system ` +
      '(ext4, xfs, NFS), or to a bucket (gs://)',
  );
}

async function firstMissing(folder: string, { link, syncFolder }: PublishingCalls): Promise<string | undefined> {
  const [file, name] = [join(folder, 'file'), join(folder, 'name')];
  try {
    await mkdir(folder);
    await writeFile(file, 'x');
    await syncFile(file);
  } catch (error) {
    if (isPassing(error)) return undefined;
    throw localFailure(`prepare files in ${folder}`, error);
  }
  const linked = await outcomeOf(() => link(file, name));
  if (linked === 'passing') return undefined;
  if (linked !== 'done') return `it has no hard links (${linked})`;
  if ((await outcomeOf(() => link(file, name))) === 'done') return 'a hard link takes the place of an existing file';
  const synced = await outcomeOf(() => syncFolder(folder));
  if (synced === 'done' || synced === 'passing') return undefined;
  return `it cannot sync a folder (${synced}), so a power failure could take a file that was stored`;
}

/** Or the code of the error with which a call fails for good. */
async function outcomeOf(call: () => Promise<void>): Promise<string> {
  try {
    await call();
    return 'done';
  } catch (error) {
    // The file system has just written and synced a file: EIO is what some say of a call that they do not have.
    if (codeOf(error) !== 'EIO' && isPassing(error)) return 'passing';
    return codeOf(error) ?? messageOf(error);
  }
}

function isPassing(error: unknown): boolean {
  const failure = localFailure('', error);
  return failure instanceof ArchiveError && failure.retryable;
}
