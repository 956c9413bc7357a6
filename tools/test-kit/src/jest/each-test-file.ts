import type { ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { types } from 'node:util';

// Runs before each test file. First, one realm; then it records all that the programs started by the tests of the file
// print and serve, for secret-reporter.ts to search: what a program prints is recorded where it arrives, so that no test
// has to do anything for it.

// Jest runs each test file in a realm of its own, where the errors of Node's own modules are no `instanceof Error`.
// In production there is one realm, and code may rely on it, as p-retry does.
const inRealm = Function.prototype[Symbol.hasInstance];

Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: typeof Error, candidate: unknown) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- Error.isError is in no library of TypeScript's target.
    return inRealm.call(this, candidate) || (this === Error && types.isNativeError(candidate));
  },
});

const folder = process.env['TEST_OUTPUT_FOLDER'];

// Uses no import: Jest would hand the unchanged functions to modules that are imported after this file.
const childProcess = process.getBuiltinModule('node:child_process') as { spawn: Spawn } & Record<symbol, Recorded>;

type Spawn = (...args: unknown[]) => ChildProcess;

interface Recorded {
  programs: number;
}

const state: Recorded = (childProcess[Symbol.for('antenna.records-output')] ??= { programs: 0 });

function record(name: string, chunk: string | Uint8Array): void {
  if (folder !== undefined) appendFileSync(join(folder, `${process.pid}-${name}`), chunk);
}

function recordStream(stream: Readable | null, name: string): void {
  if (stream === null) return;
  const push = stream.push.bind(stream);
  stream.push = (chunk: string | Uint8Array | null, encoding?: BufferEncoding) => {
    if (chunk !== null) record(name, chunk);
    return push(chunk, encoding);
  };
}

function recordWrites(stream: Writable, name: string): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    record(name, chunk);
    return write(chunk, ...rest);
  };
}

// A process runs one test file after the other, and its own modules stay what they are.
if (state.programs === 0) {
  state.programs = 1;
  const { spawn } = childProcess;
  childProcess.spawn = function (this: unknown, ...args: unknown[]) {
    const child = spawn.apply(this, args);
    const program = (state.programs += 1);
    recordStream(child.stdout, `program-${program}.stdout`);
    recordStream(child.stderr, `program-${program}.stderr`);
    return child;
  };
  recordWrites(process.stderr, 'own.stderr');
}

const { fetch } = globalThis;

/** The paths that a worker serves over HTTP. */
const served = ['/metrics', '/healthz', '/readyz', '/status'];

globalThis.fetch = async (...args) => {
  const response = await fetch(...args);
  const { pathname } = new URL(response.url);
  if (served.includes(pathname)) record('served.stderr', await response.clone().text());
  return response;
};
