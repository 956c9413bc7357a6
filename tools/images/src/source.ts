import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

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

/** What is committed in a checkout, and nothing else, written out into `target`. */
export async function committedSource(folder: string, target: string): Promise<Source> {
  const source = await sourceOf(folder);
  const archive = join(target, 'source.tar');
  const copy = join(target, 'source');
  await mkdir(copy, { recursive: true });
  await runProgram('git', ['archive', '--format=tar', `--output=${archive}`, 'HEAD'], { cwd: folder });
  await runProgram('tar', ['--extract', `--file=${archive}`, `--directory=${copy}`]);
  return { ...source, folder: copy, version: source.version.replace(/-dirty$/, '') };
}
