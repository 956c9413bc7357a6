import { join } from 'node:path';
import { java, type Report } from '@antenna/local-stack';
import { checkout } from '@antenna/test-kit';
import { execa } from 'execa';
import { installationStep, maven, peerFolder, PeerMissingError } from './peer-folder.ts';

/** Spark, installed. */
export interface SparkInstallation {
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
 * Installs Spark and its connectors under .local, once per set of pinned versions.
 * @throws {PeerMissingError | ProgramMissingError} saying what to install.
 */
export async function installSpark(report: Report): Promise<SparkInstallation> {
  await java();
  const requirements = join(sources, 'requirements.txt');
  const pom = join(sources, 'pom.xml');
  const environment = await peerFolder('venv', [requirements], async (folder) => {
    report('spark: installing PySpark with pip (317 MB to download; minutes, once)');
    const python = await findPython();
    await installationStep(python, ['-m', 'venv', folder], `install python${PYTHON}-venv`);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    await installationStep(join(folder, 'bin', 'python'), pip, 'see that pip reaches a package index');
  });
  const jars = await peerFolder('jars', [pom], async (folder) => {
    report('spark: fetching its connectors with Maven (7 MB, once)');
    await maven(pom, ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`]);
  });
  return { python: join(environment, 'bin', 'python'), jars, sources };
}

async function findPython(): Promise<string> {
  for (const file of [`python${PYTHON}`, 'python3', 'python']) {
    const { stdout, failed } = await execa(file, ['--version'], { reject: false, stdin: 'ignore' });
    if (!failed && stdout.startsWith(`Python ${PYTHON}.`)) return file;
  }
  throw new PeerMissingError(
    `Python ${PYTHON} is not on this machine, and Spark 3.5 wants this version; install it with ` +
      `apt install python${PYTHON} python${PYTHON}-venv, brew install python@${PYTHON} or pyenv install ${PYTHON}; ` +
      `or measure without Spark: --peers=flink, or --peers=none`,
  );
}
