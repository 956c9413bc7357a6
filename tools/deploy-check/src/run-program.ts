import { resolve } from 'node:path';
import { ProductError } from '@antenna/cli';
import { execa, ExecaError } from 'execa';

/** A program that was called (Docker, Git) failed. */
export class ProgramFailedError extends ProductError {
  readonly code = 'PROGRAM_FAILED';
}

/** The repository. */
export const checkout = resolve(import.meta.dirname, '..', '..', '..');

const SHOWN_LINES = 25;

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends it, by SIGTERM. */
  readonly signal?: AbortSignal | undefined;
  /** Shows what it writes on standard error as it comes, besides keeping it. */
  readonly isShown?: boolean;
}

/**
 * Runs a program to its end.
 * @returns what it wrote to standard output, without the last line's end.
 * @throws {ProgramFailedError} with the command and the end of its output.
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  { signal, isShown = false, ...options }: RunOptions = {},
): Promise<string> {
  const shown = isShown ? (['pipe', process.stderr] as const) : 'pipe';
  try {
    const { stdout } = await execa(file, args, {
      ...options,
      stdin: 'ignore',
      stdout: shown,
      stderr: shown,
      all: true,
      ...(signal !== undefined && { cancelSignal: signal }),
    });
    return stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const lines = String(error.all).trimEnd().split('\n').slice(-SHOWN_LINES);
    throw new ProgramFailedError(`${error.shortMessage}; the end of its output:\n${lines.join('\n')}`);
  }
}
