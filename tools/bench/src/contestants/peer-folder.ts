import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProductError } from '@antenna/cli';
import { lastLines } from '@antenna/test-kit';
import { execa } from 'execa';
import { place } from '../stack/bench-stack.ts';

/** The peer could not be installed on this machine. */
export class PeerMissingError extends ProductError {
  readonly code = 'PEER_MISSING';
}

/**
 * A folder of what a peer needs, filled once for the content of the files that it is made of; one that was not filled to
 * its end is filled anew.
 * @param name begins the name of the folder, which ends with a fingerprint.
 * @param pins files with versions or sources.
 */
export async function peerFolder(
  name: string,
  pins: readonly string[],
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  for (const file of pins) hash.update(await readFile(file));
  const folder = join(place.peer, `${name}-${hash.digest('hex').slice(0, 12)}`);
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fill(folder);
  await writeFile(done, '');
  return folder;
}

/** Runs Maven on a project of a peer. @throws {PeerMissingError} */
export function maven(pom: string, goals: readonly string[]): Promise<void> {
  const advice = 'install Maven 3 or newer, and see that it reaches a repository';
  return installationStep('mvn', ['-q', '-B', '-f', pom, ...goals], advice);
}

/** @throws {PeerMissingError} with the advice and what the program wrote, if it fails. */
export async function installationStep(file: string, args: readonly string[], advice: string): Promise<void> {
  const { all, failed } = await execa(file, args, { all: true, reject: false, stdin: 'ignore' });
  if (failed)
    throw new PeerMissingError(`${file} ${args.slice(0, 3).join(' ')} … failed; ${advice}:\n${lastLines(all, 15)}`);
}
