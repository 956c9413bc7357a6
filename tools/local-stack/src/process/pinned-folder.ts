import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { ProgramMissingError } from './programs.ts';

/**
 * A folder of installed programs, filled once for the content of the files that pin them; one that was not filled to its
 * end is filled anew. It is not moved after that, as an environment of Python must not be.
 * @param prefix begins its path, which ends with a fingerprint of the pins.
 * @param pins files with versions or sources.
 */
export async function pinnedFolder(
  prefix: string,
  pins: readonly string[],
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  for (const file of pins) hash.update(await readFile(file));
  const folder = `${prefix}-${hash.digest('hex').slice(0, 12)}`;
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fill(folder);
  await writeFile(done, '');
  return folder;
}

/** PySpark 3.5 runs on up to this one, Superset 6.1 from it on; every pinned package has been tried with it. */
const PYTHON = '3.11';

/**
 * Finds the Python that all pinned packages run on.
 * @param wantedBy what needs it, and what can be done without it: ends the message.
 * @throws {ProgramMissingError}
 */
export async function findPython(
  wantedBy: string,
  candidates = [`python${PYTHON}`, 'python3', 'python'],
): Promise<string> {
  for (const file of candidates) {
    const { stdout, failed } = await execa(file, ['--version'], { reject: false, stdin: 'ignore' });
    if (!failed && stdout.startsWith(`Python ${PYTHON}.`)) return file;
  }
  throw new ProgramMissingError(
    `Python ${PYTHON} is not on this machine; install it with apt install python${PYTHON} python${PYTHON}-venv, ` +
      `brew install python@${PYTHON} or pyenv install ${PYTHON}: ${wantedBy}`,
  );
}
