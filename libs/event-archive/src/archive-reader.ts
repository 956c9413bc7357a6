import { inParallel } from '@antenna/ingestion';
import { hourFolderSpellings } from '@antenna/archive-format';
import { type ArchiveLocation, archiveUrlOf } from './settings/archive-url.ts';
import { ArchiveError } from './archive-error.ts';
import type { CheckedStore, ListedFile } from './archive-store.ts';
import type { DecodedFile } from './decode-file.ts';
import { refuseStrays, refuseTableLogs } from './foreign-layout.ts';
import { type ArchiveOptions, openStore } from './open-event-archive.ts';
import { NEXT_FILE_WITHIN_MS, ParquetDecoder } from './parquet-threads.ts';

export interface ReaderOptions extends Pick<ArchiveOptions, 'emulatorUrl' | 'requestTimeoutMs'> {
  /** Repeats reads while the store fails for a passing reason; without it, every failure of the store is final. */
  readonly retry?: <T>(operation: () => Promise<T>) => Promise<T>;
}

/** Read-only access to the archive: it creates nothing, so the archive may be mounted read-only. */
export class ArchiveReader {
  readonly #store: CheckedStore;
  readonly #location: ArchiveLocation;
  readonly #options: ReaderOptions;
  readonly #retry: <T>(operation: () => Promise<T>) => Promise<T>;
  readonly #decoder = new ParquetDecoder(NEXT_FILE_WITHIN_MS);

  private constructor(store: CheckedStore, location: ArchiveLocation, options: ReaderOptions) {
    this.#store = store;
    this.#location = location;
    this.#options = options;
    this.#retry = options.retry ?? ((once) => once());
  }

  /** Makes no request to the store yet. */
  static async open(location: ArchiveLocation, options: ReaderOptions = {}): Promise<ArchiveReader> {
    return new ArchiveReader(await openStore(location, options), location, options);
  }

  /**
   * Checks that the archive exists and answers.
   * @throws {ArchiveError} ARCHIVE_MISSING, or the store's error.
   */
  check(): Promise<void> {
    return this.#store.checkReadable();
  }

  /**
   * Checks that the store holds files of the manifest, before anything is written beside them.
   * @param paths of some archived files; without any, the check passes.
   * @throws {ArchiveError} ARCHIVE_MISSING when none of them exists, or the store's error.
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
   * The files of an event hour, sorted by path, in every spelling of the hour's folder. Leaves out files that readers
   * ignore (`.…`, `_…`, `….tmp`).
   * @param hourMs start of the hour, milliseconds since 1970.
   */
  listHour(hourMs: number): Promise<readonly ListedFile[]> {
    return this.#retry(async () => {
      const listings = await Promise.all(hourFolderSpellings(hourMs).map((folder) => this.#store.list(folder)));
      return listings.flatMap(({ files }) => files).sort((left, right) => (left.path < right.path ? -1 : 1));
    });
  }

  /**
   * Checks that `listHour` finds all events of an hour in an archive without a manifest, and nothing else.
   * @throws {ArchiveError} ARCHIVE_LAYOUT with the folder or file that contradicts this.
   */
  checkForeignLayout(hourMs: number): Promise<void> {
    return this.#retry(async () => {
      await refuseTableLogs(this.#store, this.#location, (location) => openStore(location, this.#options));
      await refuseStrays(this.#store, hourMs);
    });
  }

  /**
   * Makes files readable on this machine.
   * @param localFolder gets copies under the same paths; files of a local archive are not copied.
   * @param limits how many files are fetched at the same time.
   * @returns the local paths, in the order of `paths`.
   * @throws {ArchiveError} ARCHIVE_FILE_MISSING, or the store's error.
   */
  fetchFiles(
    paths: readonly string[],
    localFolder: string,
    limits: { readonly concurrency: number },
  ): Promise<readonly string[]> {
    return inParallel(paths, limits.concurrency, (path) => this.#retry(() => this.#store.fetch(path, localFolder)));
  }

  /**
   * Reads a whole file back, with another Parquet implementation than the one that writes.
   * @throws {ArchiveError} ARCHIVE_FILE_MISSING, ARCHIVE_FILE_UNREADABLE, or the store's error.
   */
  read(path: string): Promise<DecodedFile> {
    return this.#decoder.decodeFetched((folder) => this.#retry(() => this.#store.fetch(path, folder)));
  }
}
