import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError, codeOf, messageOf } from './archive-error.ts';
import { syncFile, syncFolder } from './durable-folders.ts';
import { localFailure } from './local-failure.ts';
import type { StagingFolder } from './staging-folder.ts';

/** The system calls that make a file appear whole, once and durably. */
export interface PublishingCalls {
  readonly link: (existing: string, name: string) => Promise<void>;
  readonly syncFolder: (path: string) => Promise<void>;
}

/**
 * Checks that a file system can keep an archive: that it has hard links, which never replace a file, and that it syncs
 * folders. Without the check, each file would fail only when it is stored, sometimes with an error that seems to pass
 * (EIO). Errors that pass by themselves, such as a full disk, are ignored here.
 * @throws {ArchiveError} ARCHIVE_REFUSED with what the file system lacks.
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

/** `done`, `passing`, or the code of a final error. */
async function outcomeOf(call: () => Promise<void>): Promise<string> {
  try {
    await call();
    return 'done';
  } catch (error) {
    // The file system has just written and synced a file, so EIO here means an unsupported call.
    if (codeOf(error) !== 'EIO' && isPassing(error)) return 'passing';
    return codeOf(error) ?? messageOf(error);
  }
}

function isPassing(error: unknown): boolean {
  const failure = localFailure('', error);
  return failure instanceof ArchiveError && failure.retryable;
}
