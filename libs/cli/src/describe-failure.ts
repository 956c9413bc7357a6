import { inspect } from 'node:util';

/** How a failure is told and what the process ends with. */
export interface Failure {
  readonly exitCode: number;
  readonly message: string;
}

/** What an application knows of an error of its core, which knows neither exit codes nor commands. */
interface ErrorGuide {
  readonly exitCode: number;
  /** What to do next, as the end of a sentence. */
  readonly advice?: (error: Error) => string | undefined;
}

/** By the error's `code`. */
export type ErrorGuides = Readonly<Record<string, ErrorGuide>>;

/**
 * A known error is told in one line: one with a `code` and an `exitCode`, or with a code for which there is a guide.
 * Anything else is a bug: it comes with stack and causes, and exit code 1.
 * @param secrets replaced wherever they occur.
 */
export function describeFailure(error: unknown, secrets: readonly string[], guides: ErrorGuides = {}): Failure {
  const known = knownFailure(error, guides);
  const { exitCode, message } = known ?? { exitCode: 1, message: inspect(error) };
  return { exitCode, message: secrets.reduce(hide, message) };
}

/** The line and the exit code of an error that was foreseen; undefined for any other. */
export function knownFailure(error: unknown, guides: ErrorGuides = {}): Failure | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const guide = guides[error.code];
  const advice = guide?.advice?.(error);
  const message = `${error.code}: ${error.message}${advice === undefined ? '' : `; ${advice}`}`;
  if (guide !== undefined) return { exitCode: guide.exitCode, message };
  return 'exitCode' in error && typeof error.exitCode === 'number' ? { exitCode: error.exitCode, message } : undefined;
}

/** A shorter text is in every other word: to blank it would hide nothing. */
function hide(text: string, secret: string): string {
  return secret.length < 4 ? text : text.replaceAll(secret, '***');
}
