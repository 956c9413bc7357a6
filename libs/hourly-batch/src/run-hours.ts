import type { HourPorts } from './ports.ts';
import { type HourOptions, type HourResult, runHour } from './run-hour.ts';

export type HourOutcome =
  | { readonly hourMs: number; readonly ok: true; readonly result: HourResult }
  | { readonly hourMs: number; readonly ok: false; readonly error: unknown };

/**
 * Computes hours one after another and yields the outcome of each. The failure of one hour does not stop the next.
 */
export async function* runHours(
  ports: HourPorts,
  hoursMs: readonly number[],
  options: HourOptions,
): AsyncGenerator<HourOutcome, void, void> {
  for (const hourMs of hoursMs) {
    yield await runHour(ports, hourMs, options).then(
      (result): HourOutcome => ({ hourMs, ok: true, result }),
      (error: unknown): HourOutcome => ({ hourMs, ok: false, error }),
    );
  }
}
