import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';

/** The repository. */
const checkout = resolve(import.meta.dirname, '..', '..', '..');

/** The files of the repository as they are, or as they were at a revision. */
export interface Snapshot {
  readonly name: string;
  readonly folder: string;
  /** Relative to the folder, in alphabetical order. */
  readonly paths: readonly string[];
}

/** The files of this checkout that Git knows or could add, changes included. */
export async function workingTree(): Promise<Snapshot> {
  const { stdout } = await execa('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: checkout });
  const paths = stdout.split('\n').filter((path) => existsSync(join(checkout, path)));
  return { name: 'now', folder: checkout, paths: [...new Set(paths)].sort() };
}

/**
 * Hands over the files of a revision, in a temporary folder in which the workspaces find each other.
 * @param revision anything that Git takes for a commit.
 * @throws {ExecaError} when there is no such revision.
 */
export async function withRevision<T>(revision: string, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'antenna-figures-'));
  try {
    const archive = join(folder, '.archive.tar');
    await execa('git', ['archive', '--format=tar', `--output=${archive}`, revision], { cwd: checkout });
    await execa('tar', ['--extract', `--file=${archive}`, `--directory=${folder}`]);
    await rm(archive);
    const { stdout } = await execa('git', ['ls-tree', '-r', '--name-only', revision], { cwd: checkout });
    await linkWorkspaces(folder);
    return await work({ name: revision, folder, paths: stdout.split('\n').sort() });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As npm does. Nothing else is installed there: packages of others are in no cycle. */
async function linkWorkspaces(folder: string): Promise<void> {
  for (const room of ['apps', 'libs', 'tools']) {
    for (const entry of await readdir(join(folder, room))) {
      const manifest = join(folder, room, entry, 'package.json');
      if (!existsSync(manifest)) continue;
      const { name } = JSON.parse(await readFile(manifest, 'utf8')) as { readonly name: string };
      const link = join(folder, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(folder, room, entry), link);
    }
  }
}
