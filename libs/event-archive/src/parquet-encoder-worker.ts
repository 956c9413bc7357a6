import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { StoredFile } from '@antenna/ingestion';
import type { EncodeTask } from './parquet-encoder.ts';
import { parquetFile } from './parquet-file.ts';

// What is thrown here ends the thread and fails the task (worker-pool.ts).
parentPort?.on('message', ({ rows, path }: EncodeTask) => {
  const bytes = parquetFile(rows);
  writeFileSync(path, bytes, { flag: 'wx' });
  const checksum = createHash('sha256').update(bytes).digest('hex');
  parentPort?.postMessage({ sizeBytes: bytes.byteLength, checksum } satisfies StoredFile);
});
