import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../run-program.ts';

/** What an image is made from. */
export interface Source {
  readonly folder: string;
  /** Of the version: as the labels and the tag of an image have it. */
  readonly version: string;
  /** The commit. */
  readonly revision: string;
  /** When it was committed, ISO 8601. The same source makes the same labels. */
  readonly created: string;
}

/** A checkout as it is, with whatever is not committed. */
export async function sourceOf(folder: string): Promise<Source> {
  const git = (...args: string[]): Promise<string> => runProgram('git', args, { cwd: folder });
  const [described, revision, created] = await Promise.all([
    git('describe', '--tags', '--always', '--dirty', '--match=v[0-9]*'),
    git('rev-parse', 'HEAD'),
    git('show', '--no-patch', '--format=%cI', 'HEAD'),
  ]);
  return { folder, version: described.replace(/^v(?=\d)/, ''), revision, created };
}

/** Hands over what is committed in a checkout, and nothing else, in a temporary folder. */
export async function withCommittedSource<T>(checkout: string, work: (source: Source) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'antenna-images-'));
  try {
    return await work(await committedSource(checkout, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function committedSource(checkout: string, target: string): Promise<Source> {
  const source = await sourceOf(checkout);
  const archive = join(target, 'source.tar');
  const folder = join(target, 'source');
  await mkdir(folder);
  await runProgram('git', ['archive', '--format=tar', `--output=${archive}`, source.revision], { cwd: checkout });
  await runProgram('tar', ['--extract', `--file=${archive}`, `--directory=${folder}`]);
  return { ...source, folder, version: source.version.replace(/-dirty$/, '') };
}
