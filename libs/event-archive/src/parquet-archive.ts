import type { EventColumns } from '@antenna/archive-format';
import type { EventArchive, StoredFile } from '@antenna/ingestion';
import type { ArchiveStore } from './archive-store.ts';
import type { DecodedFile } from './decode-file.ts';
import { localFailure } from './local-failure.ts';
import { ParquetDecoder, type ParquetEncoder } from './parquet-threads.ts';
import type { StagingFolder } from './staging-folder.ts';

export interface ParquetArchiveParts {
  readonly store: ArchiveStore;
  readonly staging: StagingFolder;
  readonly encoder: ParquetEncoder;
}

/**
 * The archive for its writers: Parquet files named by their positions (docs/commit-protocol.md, "Archive"), in any
 * store. `ArchiveReader` is for processes that only read.
 */
export class ParquetArchive implements EventArchive {
  readonly #store: ArchiveStore;
  readonly #staging: StagingFolder;
  readonly #encoder: ParquetEncoder;
  /** Its thread ends at once: files are read only after a crash, and encoding needs the memory. */
  readonly #decoder = new ParquetDecoder(0);

  constructor({ store, staging, encoder }: ParquetArchiveParts) {
    this.#store = store;
    this.#staging = staging;
    this.#encoder = encoder;
  }

  /**
   * Encodes the rows off the event loop, then stores the file.
   * @throws {ArchiveError} when the store fails; the file may exist all the same, but never in part.
   * @throws {RangeError} when there are no rows.
   */
  create(path: string, rows: EventColumns): Promise<StoredFile | undefined> {
    if (rows.rows === 0) return Promise.reject(new RangeError(`${path} would hold no rows`));
    return this.#staging.using(async (staged) => {
      const file = await this.#encode(rows, staged);
      return (await this.#store.publish(staged, path)) ? file : undefined;
    });
  }

  /** @throws {ArchiveError} ARCHIVE_FILE_MISSING, ARCHIVE_FILE_UNREADABLE, or the store's error. */
  read(path: string): Promise<DecodedFile> {
    return this.#staging.using(async (folder) => this.#decoder.decode(await this.#store.fetch(path, folder)));
  }

  exists(path: string): Promise<boolean> {
    return this.#store.exists(path);
  }

  /** Ends the encoder's threads. Call it only when no operation is in progress. */
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
