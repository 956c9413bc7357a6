import { hourText } from '@antenna/hourly-batch';
import { ProductError } from '@antenna/settings';
import type { HourReport } from './hour-report.ts';

const NOT_FINAL = 3;

interface FailedHour {
  readonly hourMs: number;
  readonly error: unknown;
}

/** Some hours were not computed; each of the others was. */
class HoursFailedError extends ProductError {
  readonly code = 'HOURS_FAILED';
  override readonly exitCode: number;

  constructor(failed: readonly FailedHour[], hours: number) {
    super(
      `${failed.length} of ${hours} hours were not computed: ${failed.map(({ hourMs }) => hourText(hourMs)).join(', ')}`,
    );
    this.exitCode = failed.every(({ error }) => isNotFinal(error)) ? NOT_FINAL : 1;
  }
}

/** @throws what kept the only hour that there was from being computed. */
export function refuseOnlyHour(reports: readonly HourReport[]): void {
  const [only, second] = reports;
  if (only?.failure !== undefined && second === undefined) throw only.failure.error;
}

/** @throws {HoursFailedError} unless every hour was computed. */
export function refuseFailures(reports: readonly HourReport[]): void {
  const failed = reports.flatMap(({ hourMs, failure }) => (failure === undefined ? [] : [{ hourMs, ...failure }]));
  if (failed.length > 0) throw new HoursFailedError(failed, reports.length);
}

function isNotFinal(error: unknown): boolean {
  return error instanceof Error && 'exitCode' in error && error.exitCode === NOT_FINAL;
}
