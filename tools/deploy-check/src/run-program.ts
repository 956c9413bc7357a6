import { type Environment, runProgram as run } from '@antenna/test-kit';

interface RunOptions {
  /** The checkout unless given. */
  readonly cwd?: string;
  readonly env?: Environment;
  /** Ends it, by SIGTERM. */
  readonly signal?: AbortSignal | undefined;
  /** Shows its output on standard error as it comes, besides keeping it. */
  readonly isShown?: boolean;
}

/**
 * Runs a program of this machine (Docker, Git) with all of this process's environment, which says where it finds its
 * daemon, its settings and its proxy.
 * @returns what it wrote to standard output, without the last line's end.
 * @throws {ProgramFailedError} with the command and the end of its output.
 */
export async function runProgram(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env, ...rest } = options;
  const command = { file, args, env: { ...ownEnvironment(), ...env }, ...(cwd === undefined ? {} : { cwd }) };
  return run(command, rest);
}

function ownEnvironment(): Environment {
  const set = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(set);
}
