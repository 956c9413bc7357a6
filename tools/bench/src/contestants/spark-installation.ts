import { join } from 'node:path';
import { findPython, java, pinnedFolder, type Report } from '@antenna/local-stack';
import { checkout } from '@antenna/test-kit';
import { place } from '../stack/bench-stack.ts';
import { installationStep, maven } from './peer-installation.ts';

/** Spark, installed. */
export interface SparkInstallation {
  readonly python: string;
  /** Folder of the connectors of Spark. */
  readonly jars: string;
  /** Folder of the jobs. */
  readonly sources: string;
}

const sources = join(checkout, 'tools/bench/spark-peer');
const WITHOUT = 'Spark 3.5 runs on it; or measure without Spark: --peers=flink, or --peers=none';

/**
 * Installs Spark and its connectors under .local, once per set of pinned versions.
 * @throws {PeerMissingError | ProgramMissingError} saying what to install.
 */
export async function installSpark(report: Report): Promise<SparkInstallation> {
  await java();
  const requirements = join(sources, 'requirements.txt');
  const pom = join(sources, 'pom.xml');
  const environment = await pinnedFolder(join(place.peer, 'venv'), [requirements], async (folder) => {
    report('spark: installing PySpark with pip (317 MB to download; minutes, once)');
    const python = await findPython(WITHOUT);
    await installationStep(python, ['-m', 'venv', folder], 'install the package of Python with venv');
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    await installationStep(join(folder, 'bin', 'python'), pip, 'see that pip reaches a package index');
  });
  const jars = await pinnedFolder(join(place.peer, 'jars'), [pom], async (folder) => {
    report('spark: fetching its connectors with Maven (7 MB, once)');
    await maven(pom, ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`]);
  });
  return { python: join(environment, 'bin', 'python'), jars, sources };
}
