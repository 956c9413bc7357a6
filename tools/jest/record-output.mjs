import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

// Keeps all that the tests of this file make programs print, and what those serve, for untold-secrets.mjs to search.
// What a program prints is taken where it arrives, so that no test has to do anything for it.

const folder = process.env.TEST_OUTPUT_FOLDER;

// Taken without an import: Jest would hand the unchanged functions to whoever imports the module after this file.
const childProcess = process.getBuiltinModule('node:child_process');

const isRecorded = Symbol.for('antenna.records-output');
const state = (childProcess[isRecorded] ??= { programs: 0 });

function record(name, chunk) {
  if (folder !== undefined) appendFileSync(join(folder, `${process.pid}-${name}`), chunk);
}

function recordStream(stream, name) {
  if (!stream) return;
  const { push } = stream;
  stream.push = function (chunk, ...rest) {
    if (chunk !== null) record(name, chunk);
    return push.call(this, chunk, ...rest);
  };
}

function recordWrites(stream, name) {
  const { write } = stream;
  stream.write = function (chunk, ...rest) {
    record(name, chunk);
    return write.call(this, chunk, ...rest);
  };
}

// A process runs one test file after the other, and its own modules stay what they are.
if (state.programs === 0) {
  state.programs = 1;
  const { spawn } = childProcess;
  childProcess.spawn = function (...args) {
    const child = spawn.apply(this, args);
    const program = (state.programs += 1);
    recordStream(child.stdout, `program-${program}.stdout`);
    recordStream(child.stderr, `program-${program}.stderr`);
    return child;
  };
  recordWrites(process.stderr, 'own.stderr');
}

const { fetch } = globalThis;

/** What workers serve to whoever asks. */
const served = ['/metrics', '/healthz', '/readyz', '/status'];

globalThis.fetch = async (...args) => {
  const response = await fetch(...args);
  const { pathname } = new URL(response.url);
  if (served.includes(pathname)) record('served.stderr', await response.clone().text());
  return response;
};
