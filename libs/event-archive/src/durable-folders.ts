import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArchiveError, codeOf } from './archive-error.ts';

/** Folders of a local archive whose existence survives a power failure. */
export class DurableFolders {
  readonly #root: string;
  readonly #durable = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Ensures that a folder below the existing root exists durably. Another process may have just created it without a
   * sync, so the parents are synced the first time even if nothing had to be created.
   */
  async ensure(folder: string): Promise<string> {
    const path = join(this.#root, folder);
    if (this.#durable.has(folder)) return path;
    // A missing root was unmounted or moved: creating it again would continue the archive at the wrong place.
    await stat(this.#root);
    await createFolder(path);
    for (let child = path; child.length > this.#root.length; child = dirname(child)) await syncFolder(dirname(child));
    this.#durable.add(folder);
    return path;
  }
}

/** Creates a folder and its missing parents, all of them durably. */
export async function createDurableFolder(path: string): Promise<void> {
  const firstCreated = await createFolder(path);
  if (firstCreated === undefined) return;
  for (let child = path; child.length >= firstCreated.length; child = dirname(child)) await syncFolder(dirname(child));
}

/**
 * Creates a folder and its missing parents. Node's recursive mkdir loops forever where a file system creates no folders
 * (below /proc), and reports ENOENT for a read-only one.
 * @returns the outermost created folder; undefined when the folder existed.
 * @throws {ArchiveError} ARCHIVE_REFUSED where no folders can be created; other errors of the file system unchanged.
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

/** Makes the entries of a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders, and orders its metadata writes by itself.
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
