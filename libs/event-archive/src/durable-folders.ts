import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArchiveError } from './archive-error.ts';
import { codeOf } from './error-fields.ts';

/** Folders of an archive on a local disk whose existence survives a power failure. */
export class DurableFolders {
  readonly #root: string;
  readonly #durable = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Makes sure that a folder below the root, which exists, is there, and will be. Another process may have created it just now and
   * not yet synced it, so the parents are synced the first time even if nothing had to be created.
   */
  async ensure(folder: string): Promise<string> {
    const path = join(this.#root, folder);
    if (this.#durable.has(folder)) return path;
    // A root that is gone was unmounted, or moved: the archive is not to go on elsewhere in its place.
    await stat(this.#root);
    await createFolder(path);
    for (let child = path; child.length > this.#root.length; child = dirname(child)) await syncFolder(dirname(child));
    this.#durable.add(folder);
    return path;
  }
}

/** Creates a folder with the parents that are missing; all of them last. */
export async function createDurableFolder(path: string): Promise<void> {
  const firstCreated = await createFolder(path);
  if (firstCreated === undefined) return;
  for (let child = path; child.length >= firstCreated.length; child = dirname(child)) await syncFolder(dirname(child));
}

/**
 * Creates a folder and the parents that are missing. Node's recursive mkdir does not end where a file system makes no
 * folders (below /proc), and says ENOENT of one that is read-only.
 * @returns the outermost folder that was created, undefined when it was there already.
 * @throws {ArchiveError} ARCHIVE_REFUSED where no folders can be made; any other error of the file system as it is.
 */
export async function createFolder(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return undefined;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const firstCreated = await createFolder(dirname(path));
  try {
    await mkdir(path);
    return firstCreated ?? path;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return firstCreated;
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new ArchiveError(
      'ARCHIVE_REFUSED',
      `cannot make the folder ${path} (ENOENT) although ${dirname(path)} is there: that file system makes no folders; ` +
        'correct ARCHIVE_URL',
      { cause: error },
    );
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders, and orders its metadata by itself.
  if (process.platform !== 'win32') await syncFile(path);
}

export async function syncFile(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
