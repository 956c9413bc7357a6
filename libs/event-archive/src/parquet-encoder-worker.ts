import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { EventColumns } from '@antenna/archive-format';
import type { StoredFile } from '@antenna/ingestion';
import { buffersOf, giveWay, release } from './background-thread.ts';
import type { EncodeTask } from './parquet-threads.ts';
import { parquetFile } from './parquet-file.ts';

giveWay();

parentPort?.on('message', ({ rows, path }: EncodeTask) => {
  // An error ends the thread and fails the task (worker-pool.ts).
  parentPort?.postMessage(encodeTo(path, rows));
});

function encodeTo(path: string, rows: EventColumns): StoredFile {
  const bytes = parquetFile(rows);
  release(buffersOf(rows));
  writeFileSync(path, bytes, { flag: 'wx' });
  return { sizeBytes: bytes.byteLength, checksum: createHash('sha256').update(bytes).digest('hex') };
}
