import { type Dirent, renameSync, statSync, unlinkSync } from 'node:fs';
import { access, link, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { ArchiveError, codeOf } from './archive-error.ts';
import {
  type CheckedStore,
  isVisibleName,
  type ListedFile,
  type Listing,
  refuseOutside,
  type ReplaceableStore,
} from './archive-store.ts';
import { DurableFolders, syncFile, syncFolder } from './durable-folders.ts';
import { localFailure } from './local-failure.ts';

/** Readers ignore folders whose name begins with a dot. */
export const STAGING_FOLDER = '.staging';

/** An archive in a folder of a local disk, or of a network file system with hard links. */
export class LocalStore implements CheckedStore, ReplaceableStore {
  readonly #root: string;
  readonly #folders: DurableFolders;

  constructor(root: string) {
    this.#root = resolve(root);
    this.#folders = new DurableFolders(this.#root);
  }

  async checkReadable(): Promise<void> {
    try {
      await access(this.#root);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw localFailure(`open ${this.#root}`, error);
      throw new ArchiveError(
        'ARCHIVE_MISSING',
        `there is no folder ${this.#root}: the speed layer makes it when it archives events; run ` +
          '«npx nx serve speed-layer» or «npx nx run speed-layer:drain», mount the folder, or correct ARCHIVE_URL',
        { cause: error },
      );
    }
  }

  /** The prepared file is on the same file system; publishing adds a second name to it and leaves the first. */
  publish(preparedFile: string, path: string): Promise<boolean> {
    return this.#explained(`store ${path}`, async () => {
      refuseOutside(path);
      await syncFile(preparedFile);
      const folder = await this.#folders.ensure(dirname(path));
      const isOurs = await linkUnlessExists(preparedFile, join(folder, basename(path)));
      // Also when the file existed: its creator may have died before this sync, and callers rely on durability.
      await syncFolder(folder);
      return isOurs;
    });
  }

  exists(path: string): Promise<boolean> {
    return this.#explained(`look for ${path}`, () => existsAt(this.#absolute(path)));
  }

  list(folder: string): Promise<Listing> {
    return this.#explained(`list ${folder === '' ? 'the folders' : folder}`, async () => {
      const path = folder === '' ? this.#root : this.#absolute(folder);
      const entries = await readdir(path, { withFileTypes: true }).catch(noneIfMissing);
      const files: ListedFile[] = [];
      const folders: string[] = [];
      for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
        const found = await target(entry, path);
        if (found.isDirectory()) folders.push(entry.name);
        else if (found.isFile() && isVisibleName(entry.name))
          files.push(await this.#listed(posix.join(folder, entry.name)));
      }
      return { files, folders };
    });
  }

  fetch(path: string): Promise<string> {
    return this.#explained(`read ${path}`, async () => {
      const local = this.#absolute(path);
      if (await existsAt(local)) return local;
      throw this.#missing(path);
    });
  }

  versionOf(path: string): Promise<string> {
    return this.#explained(`look for ${path}`, () => {
      const version = versionAt(this.#absolute(path));
      return version === undefined ? Promise.reject(this.#missing(path)) : Promise.resolve(version);
    });
  }

  replace(preparedFile: string, path: string, version: string): Promise<boolean> {
    return this.#explained(`replace ${path}`, async () => {
      const target = this.#absolute(path);
      await syncFile(preparedFile);
      // Only a stop of this process can come between the two system calls (docs/decisions/0020-erasure.md).
      if (versionAt(target) !== version) return false;
      renameSync(preparedFile, target);
      await syncFolder(dirname(target));
      return true;
    });
  }

  remove(path: string, version: string): Promise<boolean> {
    return this.#explained(`remove ${path}`, async () => {
      const target = this.#absolute(path);
      // As above, only a stop of this process can come between the two system calls.
      if (versionAt(target) !== version) return false;
      unlinkSync(target);
      await syncFolder(dirname(target));
      return true;
    });
  }

  #missing(path: string): ArchiveError {
    return new ArchiveError('ARCHIVE_FILE_MISSING', `${path} is not in ${this.#root}: it was removed or moved`);
  }

  #absolute(path: string): string {
    refuseOutside(path);
    return join(this.#root, path);
  }

  async #listed(path: string): Promise<ListedFile> {
    const { size } = await stat(join(this.#root, path));
    return { path, sizeBytes: size };
  }

  async #explained<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw localFailure(`${operation} in ${this.#root}`, error);
    }
  }
}

/** The entry as readers see it: a symbolic link counts as its target. */
async function target(entry: Dirent, folder: string): Promise<Pick<Dirent, 'isFile' | 'isDirectory'>> {
  if (!entry.isSymbolicLink() || !isVisibleName(entry.name)) return entry;
  const path = join(folder, entry.name);
  return stat(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new ArchiveError(
      'ARCHIVE_FILE_MISSING',
      `${path} is a symbolic link that leads nowhere: bring back the file that it leads to, or remove the link`,
      { cause: error },
    );
  });
}

async function linkUnlessExists(existing: string, name: string): Promise<boolean> {
  try {
    await link(existing, name);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function versionAt(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.ino}-${found.mtimeNs}-${found.size}`;
}

async function existsAt(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function noneIfMissing(error: unknown): [] {
  if (codeOf(error) === 'ENOENT') return [];
  throw error;
}
