import { parentPort } from 'node:worker_threads';
import { buffersOf } from './background-thread.ts';
import { decodeFile } from './decode-file.ts';
import type { DecodeTask } from './parquet-threads.ts';

parentPort?.on('message', ({ path }: DecodeTask) => {
  // A rejection becomes an uncaught error, which ends the thread and fails the task (worker-pool.ts).
  void decodeFile(path).then((decoded) => parentPort?.postMessage(decoded, buffersOf(decoded.rows)));
});
