import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ErasableArchive,
  type FileVersion,
  ReplacementRefusedError,
  type RewrittenFile,
} from '@antenna/hourly-batch';
import type { EventColumns } from '@antenna/archive-format';
import type { ArchiveLocation } from './settings/archive-url.ts';
import { ArchiveError } from './archive-error.ts';
import type { ReplaceableStore } from './archive-store.ts';
import { localFailure } from './local-failure.ts';
import { STAGING_FOLDER } from './local-store.ts';
import { type ArchiveOptions, openStore } from './open-event-archive.ts';
import { NEXT_FILE_WITHIN_MS, ParquetDecoder, type ParquetEncoder, threadedParquetEncoder } from './parquet-threads.ts';
import { StagingFolder } from './staging-folder.ts';

/** The archive for the erasure of a person, which alone replaces files. */
export class RewritableArchive implements ErasableArchive {
  readonly #store: ReplaceableStore;
  readonly #staging: StagingFolder;
  readonly #decoder = new ParquetDecoder(NEXT_FILE_WITHIN_MS);
  readonly #encoder: ParquetEncoder = threadedParquetEncoder(1);

  private constructor(store: ReplaceableStore, staging: StagingFolder) {
    this.#store = store;
    this.#staging = staging;
  }

  /**
   * Makes no request to a bucket yet. Files of a local archive are prepared on its own file system, where a rename
   * replaces a file atomically.
   * @throws {ArchiveError} when the folder for prepared files cannot be made.
   */
  static async open(
    location: ArchiveLocation,
    options: Pick<ArchiveOptions, 'emulatorUrl' | 'requestTimeoutMs'> = {},
  ): Promise<RewritableArchive> {
    const staging =
      location.kind === 'file' ? join(location.path, STAGING_FOLDER) : join(tmpdir(), 'event-archive-staging');
    const store = await openStore(location, options);
    return new RewritableArchive(store, await StagingFolder.open(staging));
  }

  /** The version is taken before the file is read: a file that is replaced in between has another one. */
  async read(path: string): Promise<FileVersion> {
    const version = await this.#store.versionOf(path);
    const { file, rows } = await this.#decoder.decodeFetched((folder) => this.#store.fetch(path, folder));
    return { ...file, path, version, rows };
  }

  rewrite<T>(former: FileVersion, rows: EventColumns, use: (file: RewrittenFile) => Promise<T>): Promise<T> {
    return this.#staging.using(async (prepared) => {
      const file = await this.#encoder.encode(rows, prepared).catch((error: unknown) => {
        throw localFailure(`prepare ${prepared}`, error);
      });
      const { rows: written } = await this.#decoder.decode(prepared);
      return use({ ...file, rows: written, replace: () => this.#replace(prepared, former) });
    });
  }

  async #replace(prepared: string, { path, version }: FileVersion): Promise<boolean> {
    try {
      return await this.#store.replace(prepared, path, version);
    } catch (error) {
      const isRefused = error instanceof ArchiveError && error.code === 'ARCHIVE_REFUSED';
      if (!isRefused || (await this.#store.versionOf(path)) !== version) throw error;
      throw new ReplacementRefusedError(error.message, { cause: error });
    }
  }

  /** Ends the threads. Call it only when no operation is in progress. */
  close(): Promise<void> {
    return this.#encoder.close();
  }
}
