import { inspect } from 'node:util';

/** How a failure is told and what the process ends with. */
export interface Failure {
  readonly exitCode: number;
  readonly message: string;
}

interface KnownError extends Error {
  readonly code: string;
  readonly exitCode: number;
}

/**
 * A known error (one with a `code` and an `exitCode`) is told in one line. Anything else is a bug: it comes with stack
 * and causes, and exit code 1.
 * @param secrets replaced wherever they occur.
 */
export function describeFailure(error: unknown, secrets: readonly string[]): Failure {
  const failure = isKnown(error)
    ? { exitCode: error.exitCode, message: `${error.code}: ${error.message}` }
    : { exitCode: 1, message: inspect(error) };
  return { ...failure, message: secrets.reduce(hide, failure.message) };
}

/** A shorter text is in every other word: to blank it would hide nothing. */
function hide(text: string, secret: string): string {
  return secret.length < 4 ? text : text.replaceAll(secret, '***');
}

function isKnown(error: unknown): error is KnownError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'exitCode' in error &&
    typeof error.exitCode === 'number'
  );
}
