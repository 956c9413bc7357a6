import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { java, pinnedFolder, type Report } from '@antenna/local-stack';
import { checkout } from '@antenna/test-kit';
import { place } from '../stack/bench-stack.ts';
import { maven } from './peer-installation.ts';

/** The jobs of Flink, built. */
export interface FlinkInstallation {
  /** The program that runs them. */
  readonly java: string;
  /** Folder of the jobs' sources. */
  readonly sources: string;
  /** Where Java finds the jobs and all that they need. */
  readonly classPath: string;
  /** Folder in which the classes of each job are archived, as Java has read them. */
  readonly classArchives: string;
}

const sources = join(checkout, 'tools/bench/flink-peer');

/**
 * Builds the jobs under .local, once per content of their sources.
 * @throws {PeerMissingError | ProgramMissingError} saying what to install.
 */
export async function installFlink(report: Report): Promise<FlinkInstallation> {
  const program = await java();
  const pom = join(sources, 'pom.xml');
  const folder = await pinnedFolder(join(place.peer, 'flink'), [pom, ...javaSources()], async (into) => {
    report('flink: building its jobs with Maven (200 MB to download; minutes, once)');
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${join(into, 'jars')}`];
    await maven(pom, [`-Dbuild.folder=${join(into, 'build')}`, 'package', ...copy]);
  });
  return {
    java: program,
    sources,
    classPath: `${join(folder, 'build', 'flink-peer.jar')}:${join(folder, 'jars', '*')}`,
    classArchives: folder,
  };
}

function javaSources(): readonly string[] {
  const folder = join(sources, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.java'))
    .toSorted()
    .map((name) => join(folder, name));
}
