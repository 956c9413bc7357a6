import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inParallel } from '@antenna/ingestion';
import { hourFolderSpellings } from '@antenna/archive-format';
import { type ArchiveLocation, archiveUrlOf } from '@antenna/cli';
import { ArchiveError } from './archive-error.ts';
import type { CheckedStore, ListedFile } from './archive-store.ts';
import type { DecodedFile } from './decode-file.ts';
import { refuseStrays, refuseTableLogs } from './foreign-layout.ts';
import { type ArchiveOptions, openStore } from './open-event-archive.ts';
import { localFailure } from './local-failure.ts';
import { decodeOnThread } from './parquet-decoder.ts';

export interface ReaderOptions extends Pick<ArchiveOptions, 'emulatorUrl' | 'requestTimeoutMs'> {
  /** Repeats what is read while the store fails for a passing reason; without it, a failure of the store is final. */
  readonly retry?: <T>(operation: () => Promise<T>) => Promise<T>;
}

/** Whoever only reads the archive: creates nothing in it, so it may be mounted read-only. */
export class ArchiveReader {
  readonly #store: CheckedStore;
  readonly #location: ArchiveLocation;
  readonly #options: ReaderOptions;
  readonly #retry: <T>(operation: () => Promise<T>) => Promise<T>;

  private constructor(store: CheckedStore, location: ArchiveLocation, options: ReaderOptions) {
    this.#store = store;
    this.#location = location;
    this.#options = options;
    this.#retry = options.retry ?? ((once) => once());
  }

  /** Nothing is asked of the store yet. */
  static async open(location: ArchiveLocation, options: ReaderOptions = {}): Promise<ArchiveReader> {
    return new ArchiveReader(await openStore(location, options), location, options);
  }

  /**
   * Makes sure that the archive is there and answers.
   * @throws {ArchiveError} ARCHIVE_MISSING, or of the store.
   */
  check(): Promise<void> {
    return this.#store.checkReadable();
  }

  /**
   * Makes sure that files which are known to have been archived are here, before anything is written beside them.
   * @param paths of some; none proves nothing.
   * @throws {ArchiveError} ARCHIVE_MISSING when not one of them is there; or of the store.
   */
  async checkHolds(paths: readonly string[]): Promise<void> {
    for (const path of paths) if (await this.#retry(() => this.#store.exists(path))) return;
    const [path] = paths;
    if (path === undefined) return;
    throw new ArchiveError(
      'ARCHIVE_MISSING',
      `Postgres lists files of the archive, and ${archiveUrlOf(this.#location)} has none of the newest, such as ${path}: ` +
        'it is not mounted, was moved or removed; nothing was written; bring it back, or correct ARCHIVE_URL ' +
        '(SINKS=totals goes on without an archive meanwhile)',
    );
  }

  /**
   * The files of an event hour, sorted by path, without those that readers ignore (`.…`, `_…`, `….tmp`), in every spelling
   * of its folder.
   * @param hourMs start of the hour, milliseconds since 1970.
   */
  listHour(hourMs: number): Promise<readonly ListedFile[]> {
    return this.#retry(async () => {
      const listings = await Promise.all(hourFolderSpellings(hourMs).map((folder) => this.#store.list(folder)));
      return listings.flatMap(({ files }) => files).sort((left, right) => (left.path < right.path ? -1 : 1));
    });
  }

  /**
   * Makes sure that an archive without a manifest holds what `listHour` tells of an hour, and nothing else.
   * @throws {ArchiveError} ARCHIVE_LAYOUT naming what speaks against it.
   */
  checkForeignLayout(hourMs: number): Promise<void> {
    return this.#retry(async () => {
      await refuseTableLogs(this.#store, this.#location, (location) => openStore(location, this.#options));
      await refuseStrays(this.#store, hourMs);
    });
  }

  /**
   * Makes files readable on this machine.
   * @param localFolder where copies go, under the same paths; nothing is copied when the archive is on a local disk.
   * @param limits at most so many are fetched at the same time.
   * @returns the local paths, in the order of `paths`.
   * @throws {ArchiveError} ARCHIVE_FILE_MISSING or of the store.
   */
  fetchFiles(
    paths: readonly string[],
    localFolder: string,
    limits: { readonly concurrency: number },
  ): Promise<readonly string[]> {
    return inParallel(paths, limits.concurrency, (path) => this.#retry(() => this.#store.fetch(path, localFolder)));
  }

  /**
   * Reads a file back whole, with another implementation of Parquet than the one that writes.
   * @throws {ArchiveError} ARCHIVE_FILE_MISSING, ARCHIVE_FILE_UNREADABLE, or of the store.
   */
  async read(path: string): Promise<DecodedFile> {
    const folder = await mkdtemp(join(tmpdir(), 'event-archive-')).catch((error: unknown) => {
      throw localFailure(`make a folder for temporary files below ${tmpdir()} (TMPDIR)`, error);
    });
    try {
      return await decodeOnThread(await this.#retry(() => this.#store.fetch(path, folder)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
