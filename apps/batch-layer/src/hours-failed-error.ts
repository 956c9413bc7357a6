import { hourText } from '@antenna/hourly-batch';
import { knownFailure, ProductError } from '@antenna/cli';
import { errorGuides, NOT_FINAL } from './error-guides.ts';

interface FailedHour {
  readonly hourMs: number;
  readonly error: unknown;
}

/** The outcome of an hour: done, or failed with an error. */
export interface EndedHour {
  readonly hourMs: number;
  readonly failure: { readonly error: unknown } | undefined;
}

/** Some hours failed; all others are done. */
class HoursFailedError extends ProductError {
  readonly code = 'HOURS_FAILED';
  override readonly exitCode: number;

  constructor(failed: readonly FailedHour[], hours: number, done: string) {
    super(
      `${failed.length} of ${hours} hours were not ${done}: ${failed.map(({ hourMs }) => hourText(hourMs)).join(', ')}`,
    );
    this.exitCode = failed.every(({ error }) => isNotFinal(error)) ? NOT_FINAL : 1;
  }
}

/** @throws the error of the hour when the run has one hour only and that one failed. */
export function refuseOnlyHour(reports: readonly EndedHour[]): void {
  const [only, second] = reports;
  if (only?.failure !== undefined && second === undefined) throw only.failure.error;
}

/** @throws {HoursFailedError} unless every hour was done. */
export function refuseFailures(reports: readonly EndedHour[], done = 'computed'): void {
  const failed = reports.flatMap(({ hourMs, failure }) => (failure === undefined ? [] : [{ hourMs, ...failure }]));
  if (failed.length > 0) throw new HoursFailedError(failed, reports.length, done);
}

function isNotFinal(error: unknown): boolean {
  return knownFailure(error, errorGuides)?.exitCode === NOT_FINAL;
}
