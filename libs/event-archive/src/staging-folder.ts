import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolder } from './durable-folders.ts';
import { codeOf } from './archive-error.ts';
import { localFailure } from './local-failure.ts';

const STALE_AFTER_MS = 24 * 3_600_000;

/**
 * A local folder where files are prepared before they are published. Several processes may share it: every attempt uses
 * a unique name.
 */
export class StagingFolder {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Creates the folder, or removes leftovers of dead processes that are older than a day from it. */
  static async open(path: string): Promise<StagingFolder> {
    await createFolder(path);
    for (const name of await readdir(path)) {
      if (name.endsWith('.tmp')) await removeIfStale(join(path, name));
    }
    return new StagingFolder(path);
  }

  /**
   * Calls the work with a unique path for a file or a folder, and removes afterwards what the work created there.
   * @throws {ArchiveError} when the folder and its parent are gone; any error of the work.
   */
  async using<T>(work: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.#path, `${randomUUID()}.tmp`);
    // A cleaner of temporary files may have removed the folder. If its parent is gone too, the archive was unmounted
    // and must not be created again in its place.
    await mkdir(this.#path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw localFailure(`prepare files in ${this.#path}`, error);
    });
    try {
      return await work(path);
    } finally {
      await rm(path, { recursive: true, force: true });
    }
  }
}

async function removeIfStale(path: string): Promise<void> {
  // Another process may be removing it at the same time.
  const stats = await stat(path).catch(() => undefined);
  if (stats !== undefined && stats.mtimeMs < Date.now() - STALE_AFTER_MS)
    await rm(path, { recursive: true, force: true });
}
