import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExecaError } from 'execa';
import { cacheFolder } from '../checkout.ts';
import { FetchFailedError } from '../errors.ts';

const shownLines = 12;

/**
 * A folder of the cache, filled by `fetch` unless it is there. It appears whole or not at all; of two that fetch at
 * once, one is kept.
 * @throws {FetchFailedError} when the program that fetches fails.
 */
export async function fetched(name: string, fetch: (folder: string) => Promise<unknown>): Promise<string> {
  const target = join(cacheFolder, name);
  if (existsSync(target)) return target;
  const staging = `${target}.${process.pid}.tmp`;
  await mkdir(staging, { recursive: true });
  try {
    await fetch(staging);
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!existsSync(target)) throw failureOf(name, error);
  }
  return target;
}

/** The program that failed has said why; anything else is a bug, told as it is. */
function failureOf(name: string, error: unknown): unknown {
  if (!(error instanceof ExecaError)) return error;
  const output = `${String(error.stdout)}\n${String(error.stderr)}`.trim().split('\n').slice(-shownLines);
  return new FetchFailedError(
    `${name} could not be fetched: ${error.shortMessage}\n${output.join('\n')}\n` +
      `see that this machine reaches its registry, then run this again`,
    { cause: error },
  );
}
