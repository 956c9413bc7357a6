import { setTimeout as delay } from 'node:timers/promises';
import { runProgram } from '../run-program.ts';

/** As little as a cluster gives: nothing to write to but /tmp, no rights, no network. */
const confinement = [
  ...['--read-only', '--tmpfs', '/tmp', '--network', 'none'],
  ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
];

/** Hides every program but Node, which is in /usr/local/bin: shells, too. */
const withoutTools = ['--tmpfs', '/usr/bin', '--tmpfs', '/usr/sbin'];

/** Runs an image to its end. @throws {ProgramFailedError} unless it ends with 0. */
export async function runConfined(reference: string, args: readonly string[]): Promise<string> {
  return runProgram('docker', ['run', '--rm', ...confinement, ...withoutTools, reference, ...args]);
}

interface Waiting {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const SIGNAL_EVERY_MS = 500;

/** What the system does to a process that does not end by itself. */
const KILLED = 137;

/**
 * Starts an image and sends it SIGTERM until it ends: the first may come before Node listens.
 * @returns its exit code, 137 when it had to be killed.
 */
export async function exitCodeAtSigterm(
  reference: string,
  { args, env }: Waiting,
  patienceMs: number,
): Promise<number> {
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const id = await runProgram('docker', ['run', '--detach', ...confinement, ...variables, reference, ...args]);
  try {
    const end = performance.now() + patienceMs;
    while (performance.now() < end) {
      await delay(SIGNAL_EVERY_MS);
      const [state, exitCode] = (
        await runProgram('docker', ['inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', id])
      ).split(' ');
      if (state === 'exited') return Number(exitCode);
      // It may have ended since.
      await runProgram('docker', ['kill', '--signal', 'TERM', id]).catch(() => undefined);
    }
    return KILLED;
  } finally {
    await runProgram('docker', ['rm', '--force', id]);
  }
}
