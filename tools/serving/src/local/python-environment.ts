import { basename, join } from 'node:path';
import { ProductError } from '@antenna/cli';
import { findPython, pinnedFolder, type Report } from '@antenna/local-stack';
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

/**
 * The Superset that the constraints pin, installed once per set of pins.
 * @throws {ProgramMissingError | InstallationFailedError}
 */
export async function pythonEnvironment(home: string, report: Report): Promise<PythonEnvironment> {
  const { requirements, constraints } = supersetFiles;
  const folder = await pinnedFolder(join(home, 'venv'), [requirements, constraints], (into) => install(into, report));
  return { python: pythonIn(folder), fingerprint: basename(folder) };
}

async function install(folder: string, report: Report): Promise<void> {
  const python = await findPython('the pinned Superset runs on it');
  report('superset: installing it with pip (825 MB; minutes the first time, once per set of pins)');
  await step(python, ['-m', 'venv', folder], `${python} -m venv failed; install the package of Python with venv`);
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
