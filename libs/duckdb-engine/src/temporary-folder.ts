import { mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs the work with a folder of its own, which is removed afterwards, also when the process exits meanwhile. */
export async function withTemporaryFolder<T>(work: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'hour-engine-'));
  const removeAtExit = () => {
    rmSync(path, { recursive: true, force: true });
  };
  process.once('exit', removeAtExit);
  try {
    return await work(path);
  } finally {
    process.off('exit', removeAtExit);
    await rm(path, { recursive: true, force: true });
  }
}
