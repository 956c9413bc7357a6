import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DictionaryColumn, EventColumns } from '@antenna/archive-format';
import type { StoredFile } from '@antenna/ingestion';
import { buffersOf } from './background-thread.ts';
import { siblingModule, WorkerPool } from './worker-pool.ts';
import type { DecodedFile } from './decode-file.ts';
import { unreadable } from './archive-error.ts';
import { localFailure } from './local-failure.ts';

export interface EncodeTask {
  readonly rows: EventColumns;
  readonly path: string;
}

/** Encodes rows into one Parquet file, off the event loop. */
export interface ParquetEncoder {
  /**
   * Writes the rows to a new file, without a sync to disk. The rows may be used again afterwards.
   * @throws the system's error when the file exists or cannot be written; a partial file may remain.
   */
  encode(rows: EventColumns, path: string): Promise<StoredFile>;
  close(): Promise<void>;
}

/** @param threads maximum number of files that are encoded at the same time. */
export function threadedParquetEncoder(threads: 1 | 2): ParquetEncoder {
  const pool = new WorkerPool<EncodeTask, StoredFile>(
    siblingModule('parquet-encoder-worker', import.meta.url),
    threads,
  );
  return {
    encode(rows, path) {
      const copy = copyOf(rows);
      return pool.run({ rows: copy, path }, buffersOf(copy));
    },
    close: () => pool.close(),
  };
}

/** Copies exactly the rows: the arrays belong to the caller, and may be views of larger buffers, copied as a whole. */
function copyOf(rows: EventColumns): EventColumns {
  return {
    rows: rows.rows,
    partition: rows.partition,
    offset: rows.offset.slice(),
    eventTimeMs: rows.eventTimeMs.slice(),
    bytes: rows.bytes.slice(),
    id: copyOfTexts(rows.id),
    antennaId: copyOfTexts(rows.antennaId),
    app: copyOfTexts(rows.app),
  };
}

function copyOfTexts({ values: { bytes, starts }, codes }: DictionaryColumn): DictionaryColumn {
  return { values: { bytes: bytes.slice(), starts: starts.slice() }, codes: codes.slice() };
}

export interface DecodeTask {
  readonly path: string;
}

/** Idle time, in milliseconds, for commands that read one file after another: fetching a file can take seconds. */
export const NEXT_FILE_WITHIN_MS = 5_000;

/**
 * Reads whole local files with the independent reader, on one thread. Loading the reader takes longer than reading a
 * small file, so the thread serves all files that are read at the same time or soon after each other. It ends when it
 * has been idle for a while: a file of a million rows takes some 500 MB.
 */
export class ParquetDecoder {
  readonly #idleMs: number;
  #pool: WorkerPool<DecodeTask, DecodedFile> | undefined;
  #files = 0;
  #end: NodeJS.Timeout | undefined;

  /** @param idleMs how long the thread is kept after the last file. It does not keep the process alive. */
  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  /** @throws {ArchiveError} ARCHIVE_FILE_UNREADABLE when it is no Parquet file with the archive's columns. */
  async decode(path: string): Promise<DecodedFile> {
    clearTimeout(this.#end);
    this.#pool ??= new WorkerPool(siblingModule('parquet-decoder-worker', import.meta.url), 1);
    this.#files += 1;
    try {
      return await this.#pool.run({ path });
    } catch (error) {
      throw unreadable(path, error);
    } finally {
      this.#files -= 1;
      if (this.#files === 0) this.#end = setTimeout(() => void this.#endThread(), this.#idleMs).unref();
    }
  }

  /**
   * Fetches a file into a temporary folder, and decodes it.
   * @param fetch puts the file below the folder, if it is not on a local disk already, and returns its path.
   */
  async decodeFetched(fetch: (folder: string) => Promise<string>): Promise<DecodedFile> {
    const folder = await mkdtemp(join(tmpdir(), 'event-archive-')).catch((error: unknown) => {
      throw localFailure(`make a folder for temporary files below ${tmpdir()} (TMPDIR)`, error);
    });
    try {
      return await this.decode(await fetch(folder));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #endThread(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }
}
