import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProductError } from '@antenna/cli';
import { java, type Report } from '@antenna/local-stack';
import { checkout, lastLines } from '@antenna/test-kit';
import { execa } from 'execa';
import { place } from '../stack/bench-stack.ts';

/** The peer could not be installed on this machine. */
class PeerMissingError extends ProductError {
  readonly code = 'PEER_MISSING';
}

/** An installed peer. */
export interface PeerInstallation {
  readonly python: string;
  /** Folder of the connectors of Spark. */
  readonly jars: string;
  /** Folder of the jobs. */
  readonly sources: string;
}

const sources = join(checkout, 'tools/bench/spark-peer');
/** PySpark 3.5 runs on up to this one, which is what was tried. */
const PYTHON = '3.11';

/**
 * Installs the peer under .local, once per set of pinned versions.
 * @throws {PeerMissingError | ProgramMissingError} saying what to install.
 */
export async function installPeer(report: Report): Promise<PeerInstallation> {
  await java();
  const requirements = join(sources, 'requirements.txt');
  const pom = join(sources, 'pom.xml');
  const environment = await installed('venv', requirements, async (folder) => {
    report('peer: installing PySpark with pip (317 MB to download; minutes, once)');
    const python = await findPython();
    await step(python, ['-m', 'venv', folder], `install python${PYTHON}-venv`);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    await step(join(folder, 'bin', 'python'), pip, 'see that pip reaches a package index');
  });
  const jars = await installed('jars', pom, async (folder) => {
    report("peer: fetching Spark's connectors with Maven (7 MB, once)");
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
    await step(
      'mvn',
      ['-q', '-B', '-f', pom, ...goal],
      'install Maven 3 or newer, and see that it reaches a repository',
    );
  });
  return { python: join(environment, 'bin', 'python'), jars, sources };
}

/** A folder that was filled for these pins; one that was not filled to its end is filled anew. */
async function installed(what: string, pins: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const fingerprint = createHash('sha256')
    .update(await readFile(pins))
    .digest('hex')
    .slice(0, 12);
  const folder = join(place.peer, `${what}-${fingerprint}`);
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fill(folder);
  await writeFile(done, '');
  return folder;
}

async function findPython(): Promise<string> {
  for (const file of [`python${PYTHON}`, 'python3', 'python']) {
    const { stdout, failed } = await execa(file, ['--version'], { reject: false, stdin: 'ignore' });
    if (!failed && stdout.startsWith(`Python ${PYTHON}.`)) return file;
  }
  throw new PeerMissingError(
    `Python ${PYTHON} is not on this machine, and the peer's Spark wants this version; install it with ` +
      `apt install python${PYTHON} python${PYTHON}-venv, brew install python@${PYTHON} or pyenv install ${PYTHON}; ` +
      `or measure without the peer: --peers=none`,
  );
}

async function step(file: string, args: readonly string[], advice: string): Promise<void> {
  const { all, failed } = await execa(file, args, { all: true, reject: false, stdin: 'ignore' });
  if (failed)
    throw new PeerMissingError(`${file} ${args.slice(0, 3).join(' ')} … failed; ${advice}:\n${lastLines(all, 15)}`);
}
