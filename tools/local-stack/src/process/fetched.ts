import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExecaError } from 'execa';
import { cacheFolder } from '../checkout.ts';
import { FetchFailedError } from '../errors.ts';
import { asSoleUser } from './sole-user.ts';

const shownLines = 12;

/** Running fetches of this process, by name: a second call for the same name waits for the first. */
const underWay = new Map<string, Promise<string>>();

/**
 * A folder of the cache, filled by `fetch` unless it is there. It appears whole or not at all, and one fetch of a name
 * runs at a time on this machine: Maven, Go and pip do not bear two that fill the same folder.
 * @throws {FetchFailedError} when the program that fetches fails.
 * @throws {StackBusyError} when another process has been fetching the same for five minutes.
 */
export function fetched(name: string, fetch: (folder: string) => Promise<unknown>): Promise<string> {
  const fetching = underWay.get(name) ?? fetchedAlone(name, fetch).finally(() => underWay.delete(name));
  underWay.set(name, fetching);
  return fetching;
}

async function fetchedAlone(name: string, fetch: (folder: string) => Promise<unknown>): Promise<string> {
  const target = join(cacheFolder, name);
  if (existsSync(target)) return target;
  return asSoleUser(join(cacheFolder, 'locks', name), async () => {
    if (!existsSync(target)) await fill(target, name, fetch);
    return target;
  });
}

async function fill(target: string, name: string, fetch: (folder: string) => Promise<unknown>): Promise<void> {
  const staging = `${target}.${process.pid}.tmp`;
  await mkdir(staging, { recursive: true });
  try {
    await fetch(staging);
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw failureOf(name, error);
  }
}

/** The output of the failed program states the cause; any other error is a bug and is thrown unchanged. */
function failureOf(name: string, error: unknown): unknown {
  if (!(error instanceof ExecaError)) return error;
  const output = `${String(error.stdout)}\n${String(error.stderr)}`.trim().split('\n').slice(-shownLines);
  return new FetchFailedError(
    `${name} could not be fetched: ${error.shortMessage}\n${output.join('\n')}\n` +
      `see that this machine reaches its registry, then run this again`,
    { cause: error },
  );
}
