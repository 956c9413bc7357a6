import { inspect } from 'node:util';

/**
 * A failure that the product anticipates. Its message states the fact, the cause and the next step; it is shown as
 * `code: message`, without a stack.
 */
export abstract class ProductError extends Error {
  /** `UPPER_CASE` and stable, for scripts and alerts. */
  abstract readonly code: string;
  /** 1 failed, 2 wrong usage or settings, 3 hour not final, 4 data gap. */
  readonly exitCode: number = 1;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The message and the exit code of a failed command. */
export interface Failure {
  readonly exitCode: number;
  readonly message: string;
}

/** What an application adds to an error of its core: the core knows neither exit codes nor commands. */
interface ErrorGuide {
  readonly exitCode: number;
  /** The next step for the operator, as the end of a sentence. */
  readonly advice?: (error: Error) => string | undefined;
}

/** Guides by the error's `code`. */
export type ErrorGuides = Readonly<Record<string, ErrorGuide>>;

/**
 * Describes a known error in one line: an error with a `code` and an `exitCode`, or with a `code` that has a guide. Any
 * other error is a bug: it is described with stack and causes, and gets exit code 1.
 * @param secrets blanked wherever they occur.
 */
export function describeFailure(error: unknown, secrets: readonly string[], guides: ErrorGuides = {}): Failure {
  const known = knownFailure(error, guides);
  const { exitCode, message } = known ?? { exitCode: 1, message: inspect(error) };
  return { exitCode, message: secrets.reduce(hide, message) };
}

/** The line and the exit code of a known error; undefined for any other error. */
export function knownFailure(error: unknown, guides: ErrorGuides = {}): Failure | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const message = `${error.code}: ${error.message}`;
  if ('exitCode' in error && typeof error.exitCode === 'number') return { exitCode: error.exitCode, message };
  const guide = guides[error.code];
  if (guide === undefined) return undefined;
  const advice = guide.advice?.(error);
  return { exitCode: guide.exitCode, message: advice === undefined ? message : `${message}; ${advice}` };
}

/** Shorter secrets are not blanked: they occur in every other word, so blanking would hide nothing. */
function hide(text: string, secret: string): string {
  return secret.length < 4 ? text : text.replaceAll(secret, '***');
}
