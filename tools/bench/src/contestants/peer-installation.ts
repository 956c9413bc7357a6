import { ProductError } from '@antenna/cli';
import { lastLines } from '@antenna/test-kit';
import { execa } from 'execa';

/** The peer could not be installed on this machine. */
class PeerMissingError extends ProductError {
  readonly code = 'PEER_MISSING';
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
