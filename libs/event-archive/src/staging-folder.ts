import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolder } from './durable-folders.ts';
import { codeOf } from './error-fields.ts';
import { localFailure } from './local-failure.ts';

const STALE_AFTER_MS = 24 * 3_600_000;

/**
 * A local folder in which files are prepared before they are published. Several processes may share it: every attempt
 * has a name of its own.
 */
export class StagingFolder {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Creates the folder, or removes from it what attempts that died have left there more than a day ago. */
  static async open(path: string): Promise<StagingFolder> {
    await createFolder(path);
    for (const name of await readdir(path)) {
      if (name.endsWith('.tmp')) await removeIfStale(join(path, name));
    }
    return new StagingFolder(path);
  }

  /**
   * Hands out a name that nobody else uses, for a file or a folder, and removes afterwards whatever was created under
   * it.
   * @throws {ArchiveError} when the folder is gone, and the one above it; whatever the work throws.
   */
  async using<T>(work: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.#path, `${randomUUID()}.tmp`);
    // What cleans a machine's temporary files may have removed the folder since. Where the one above it is gone, the
    // archive is not mounted any more, and is not to begin again in its place.
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
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && found.mtimeMs < Date.now() - STALE_AFTER_MS)
    await rm(path, { recursive: true, force: true });
}
