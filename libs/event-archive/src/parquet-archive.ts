import type { EventArchive, EventColumns, StoredFile } from '@antenna/ingestion';
import { hourFolder } from '@antenna/ingestion';
import type { ArchiveStore, ListedFile } from './archive-store.ts';
import { inParallel } from './in-parallel.ts';
import type { DecodedFile } from './decode-file.ts';
import { localFailure } from './local-failure.ts';
import { decodeOnThread } from './parquet-decoder.ts';
import type { ParquetEncoder } from './parquet-encoder.ts';
import type { StagingFolder } from './staging-folder.ts';

export interface ParquetArchiveParts {
  readonly store: ArchiveStore;
  readonly staging: StagingFolder;
  readonly encoder: ParquetEncoder;
}

/** The archive: Parquet files under their positions (docs/commit-protocol.md, "Archive"), wherever they are stored. */
export class ParquetArchive implements EventArchive {
  readonly #store: ArchiveStore;
  readonly #staging: StagingFolder;
  readonly #encoder: ParquetEncoder;

  constructor({ store, staging, encoder }: ParquetArchiveParts) {
    this.#store = store;
    this.#staging = staging;
    this.#encoder = encoder;
  }

  /**
   * Encodes off the event loop, then stores.
   * @throws {ArchiveError} when the store fails; then the file may exist all the same, but only whole.
   * @throws {RangeError} without rows.
   */
  create(path: string, rows: EventColumns): Promise<StoredFile | undefined> {
    if (rows.rows === 0) return Promise.reject(new RangeError(`${path} would hold no rows`));
    return this.#staging.using(async (staged) => {
      const file = await this.#encode(rows, staged);
      return (await this.#store.publish(staged, path)) ? file : undefined;
    });
  }

  /** @throws {ArchiveError} ARCHIVE_FILE_MISSING, ARCHIVE_FILE_UNREADABLE, or of the store. */
  read(path: string): Promise<DecodedFile> {
    return this.#staging.using(async (folder) => decodeOnThread(await this.#store.fetch(path, folder)));
  }

  exists(path: string): Promise<boolean> {
    return this.#store.exists(path);
  }

  /**
   * The files of an event hour, sorted by path, without those that readers ignore (`.…`, `_…`, `….tmp`).
   * @param hourMs start of the hour, milliseconds since 1970.
   */
  listHour(hourMs: number): Promise<readonly ListedFile[]> {
    return this.#store.list(hourFolder(hourMs));
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
    return inParallel(paths, limits.concurrency, (path) => this.#store.fetch(path, localFolder));
  }

  /** Ends the encoder's threads. Call it when no operation is under way. */
  close(): Promise<void> {
    return this.#encoder.close();
  }

  async #encode(rows: EventColumns, staged: string): Promise<StoredFile> {
    try {
      return await this.#encoder.encode(rows, staged);
    } catch (error) {
      throw localFailure(`prepare ${staged}`, error);
    }
  }
}
