import { knownFailure } from '@antenna/cli';
import { errorGuides } from './error-guides.ts';

/** A failure in one line: of a known error its code and what to do, of any other its message. */
export function failureText(error: unknown): string {
  const known = knownFailure(error, errorGuides);
  if (known !== undefined) return known.message;
  return error instanceof Error ? error.message : String(error);
}
