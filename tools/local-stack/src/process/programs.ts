import { ProductError } from '@antenna/cli';
import { execa, ExecaError } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asSoleUser } from './sole-user.ts';

/** A program that the stack needs is not on this machine, or too old. */
export class ProgramMissingError extends ProductError {
  readonly code = 'PROGRAM_MISSING';
}

/** A program that the stack needs could not be fetched or built. */
class FetchFailedError extends ProductError {
  readonly code = 'FETCH_FAILED';
}

/** Takes messages about the progress of the stack, a line each. */
export type Report = (line: string) => void;

export const reportToStderr: Report = (line) => {
  process.stderr.write(`${line}\n`);
};

interface Requirement {
  /** As people know it: `Java`. */
  readonly name: string;
  readonly file: string;
  /** Arguments with which the program prints its version. */
  readonly args: readonly string[];
  /** Finds the version number in the program's output. */
  readonly version: RegExp;
  readonly atLeast: number;
  /** Stands before the number in a version, as Go's `1.`. */
  readonly series?: string;
  /** What needs the program, and what can be used instead. */
  readonly purpose: string;
}

/** @throws {ProgramMissingError} when it is not there or too old, saying what to install. */
export async function requireProgram({ name, file, args, series = '', ...wanted }: Requirement): Promise<void> {
  const { all, failed } = await execa(file, args, { all: true, reject: false, stdin: 'ignore' });
  const version = Number(wanted.version.exec(all)?.[1] ?? Number.NaN);
  if (!failed && version >= wanted.atLeast) return;
  const fact = failed ? `${name} (${file}) is not on this machine` : `${name} (${file}) is version ${series}${version}`;
  throw new ProgramMissingError(`${fact}; install ${name} ${series}${wanted.atLeast} or newer: ${wanted.purpose}`);
}

/** A program that comes with Debian. */
export interface DebianProgram {
  /** As people know it: `Chromium`. */
  readonly name: string;
  /** Where its package puts it. */
  readonly file: string;
  readonly packages: readonly string[];
  /** What to do where it cannot be installed. */
  readonly advice: string;
}

/**
 * Installs a program where it is missing and may be installed.
 * @returns its file.
 * @throws {ProgramMissingError}
 */
export async function debianProgram({ name, file, packages, advice }: DebianProgram, report: Report): Promise<string> {
  if (existsSync(file)) return file;
  report(`${name}: installing it with apt-get`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await execa('apt-get', ['update'], { reject: false, stdin: 'ignore' });
  const { failed, all } = await execa('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], {
    reject: false,
    stdin: 'ignore',
    all: true,
    env,
  });
  if (!failed && existsSync(file)) return file;
  const said = all.trim().split('\n').at(-1) ?? '';
  throw new ProgramMissingError(
    `${name} is not on this machine, and apt-get could not install it (${said}); ${advice}`,
  );
}

/** Programs that were fetched, per version; shared by all stacks of this checkout. */
export const cacheFolder = join(import.meta.dirname, '..', '..', '..', '..', '.local', 'cache');

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
