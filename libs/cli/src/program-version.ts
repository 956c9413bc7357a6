import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const manifest = z.object({ version: z.string() });

/**
 * The version of the program, such as `0.1.0+8d3fd0c2a1b4`: the version in the root's package.json, and the commit. A
 * bundle contains its version (tools/build.mjs). A program that runs from a checkout determines the version at this
 * call; the version ends with `-dirty` while changes are not committed.
 */
export function programVersion(): string {
  return process.env['PROGRAM_VERSION'] ?? versionOfCheckout();
}

/**
 * The version of the checkout that this file lies in.
 * @param revision the commit of sources without Git history, as in the build of an image; `unknown` if there is none.
 */
export function versionOfCheckout(revision?: string): string {
  const root = join(import.meta.dirname, '..', '..', '..');
  const { version } = manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const commit = revision === undefined ? commitOf(root) : revision === 'unknown' ? undefined : revision.slice(0, 12);
  return commit === undefined ? version : `${version}+${commit}`;
}

/** @returns undefined for sources without Git history. */
function commitOf(root: string): string | undefined {
  const describe = ['describe', '--always', '--dirty', '--exclude=*', '--abbrev=12'];
  try {
    return execFileSync('git', describe, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
