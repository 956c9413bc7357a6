import { mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineFailedError } from './engine-failed-error.ts';

/**
 * Runs the work with a temporary folder of its own, which is removed afterwards, even if the process exits meanwhile.
 * @throws {EngineFailedError} when the folder cannot be created.
 */
export async function withTemporaryFolder<T>(work: (path: string) => Promise<T>, parent = tmpdir()): Promise<T> {
  const path = await mkdtemp(join(parent, 'hour-engine-')).catch((error: unknown) => {
    const fact = error instanceof Error ? error.message : String(error);
    throw new EngineFailedError(
      `cannot make a folder for temporary files (${fact}): set TMPDIR to a folder that is there and can be written to`,
      { cause: error },
    );
  });
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
