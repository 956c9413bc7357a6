import type { DecodedFile } from './decode-file.ts';
import { unreadable } from './unreadable.ts';
import { siblingModule, WorkerPool } from './worker-pool.ts';

export interface DecodeTask {
  readonly path: string;
}

/**
 * Reads a whole local file with the independent reader, on a thread that ends afterwards: reading is needed only after
 * a crash, and takes some 500 MB for a million rows.
 * @throws {ArchiveError} ARCHIVE_FILE_UNREADABLE when it is no Parquet file with the archive's columns.
 */
export async function decodeOnThread(path: string): Promise<DecodedFile> {
  const pool = new WorkerPool<DecodeTask, DecodedFile>(siblingModule('parquet-decoder-worker', import.meta.url), 1);
  try {
    return await pool.run({ path });
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await pool.close();
  }
}
