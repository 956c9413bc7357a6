import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Folders of an archive on a local disk whose existence survives a power failure. */
export class DurableFolders {
  readonly #root: string;
  readonly #durable = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Makes sure that a folder below the root is there, and will be. Another process may have created it just now and
   * not yet synced it, so the parents are synced the first time even if nothing had to be created.
   */
  async ensure(folder: string): Promise<string> {
    const path = join(this.#root, folder);
    if (this.#durable.has(folder)) return path;
    await mkdir(path, { recursive: true });
    for (let child = path; child.length > this.#root.length; child = dirname(child)) await syncFolder(dirname(child));
    this.#durable.add(folder);
    return path;
  }
}

/** Creates a folder with the parents that are missing; all of them last. */
export async function createDurableFolder(path: string): Promise<void> {
  const firstCreated = await mkdir(path, { recursive: true });
  if (firstCreated === undefined) return;
  for (let child = path; child.length >= firstCreated.length; child = dirname(child)) await syncFolder(dirname(child));
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
