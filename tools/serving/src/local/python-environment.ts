import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProductError } from '@antenna/cli';
import { ProgramMissingError, type Report } from '@antenna/local-stack';
import { execa } from 'execa';
import { supersetFiles } from './superset-server.ts';

/** Superset could not be installed or prepared on this machine. */
export class InstallationFailedError extends ProductError {
  readonly code = 'INSTALLATION_FAILED';
}

/** An installed Superset. */
export interface PythonEnvironment {
  readonly python: string;
  /** Changes with the pinned versions. */
  readonly fingerprint: string;
}

/** What the pins are for: Superset 6.1 runs on it, and every pinned package has been tried with it. */
const wantedPython = '3.11';

/**
 * The Superset that the constraints pin, installed once per set of pins.
 * @throws {ProgramMissingError | InstallationFailedError}
 */
export async function pythonEnvironment(home: string, report: Report): Promise<PythonEnvironment> {
  const fingerprint = await fingerprintOfPins();
  const folder = join(home, `venv-${fingerprint}`);
  // Written last: a folder without it is half an installation.
  const done = join(folder, 'installed');
  if (!existsSync(done)) {
    await install(folder, await findPython(), report);
    await writeFile(done, '');
  }
  return { python: pythonIn(folder), fingerprint };
}

async function fingerprintOfPins(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of [supersetFiles.requirements, supersetFiles.constraints]) hash.update(await readFile(path));
  return hash.digest('hex').slice(0, 12);
}

/** @throws {ProgramMissingError} */
export async function findPython(candidates = [`python${wantedPython}`, 'python3', 'python']): Promise<string> {
  for (const file of candidates) {
    const { stdout, failed } = await execa(file, ['--version'], { reject: false, stdin: 'ignore' });
    if (!failed && stdout.startsWith(`Python ${wantedPython}.`)) return file;
  }
  throw new ProgramMissingError(
    `Python ${wantedPython} is not on this machine, and the pinned Superset wants this version; install it with ` +
      `apt install python${wantedPython} python${wantedPython}-venv, brew install python@${wantedPython} or ` +
      `pyenv install ${wantedPython}`,
  );
}

async function install(folder: string, python: string, report: Report): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  report('superset: installing it with pip (825 MB; minutes the first time, once per set of pins)');
  await step(python, ['-m', 'venv', folder], `${python} -m venv failed; install python${wantedPython}-venv`);
  const { requirements, constraints } = supersetFiles;
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements, '-c', constraints];
  await step(pythonIn(folder), pip, 'pip could not install Superset; check that it reaches a package index');
}

async function step(file: string, args: readonly string[], advice: string): Promise<void> {
  const { all, failed } = await execa(file, args, { all: true, reject: false, stdin: 'ignore' });
  if (failed) throw new InstallationFailedError(`${advice}:\n${all.split('\n').slice(-12).join('\n')}`);
}

function pythonIn(folder: string): string {
  return join(folder, 'bin', 'python');
}
