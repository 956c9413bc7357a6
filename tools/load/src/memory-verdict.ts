import { LoadFailedError } from './errors.ts';
import type { Period } from './overload.ts';

/** How much more the last third of the periods may use than the one before. */
const FLAT = 1.1;

export function periodText(minute: number, { peakMiB, lagRecords, events }: Period): string {
  return `minute ${minute}: peak ${Math.round(peakMiB)} MiB, ${events} events committed, ${lagRecords} records behind`;
}

/**
 * Whether memory stayed below its bound and flat while the worker fell ever further behind.
 * @throws {LoadFailedError} which tells what did not hold.
 */
export function judge(periods: readonly Period[], maxMiB: number): void {
  const [first, last] = [periods.at(0), periods.at(-1)];
  const peak = Math.max(...periods.map(({ peakMiB }) => peakMiB));
  if (peak > maxMiB) throw new LoadFailedError(`the worker used ${Math.round(peak)} MiB, more than ${maxMiB}`);
  const third = Math.floor(periods.length / 3);
  if (third === 0 || first === undefined || last === undefined) return;
  const [before, after] = [peakOf(periods.slice(third, -third)), peakOf(periods.slice(-third))];
  if (after > before * FLAT) {
    throw new LoadFailedError(`memory grows: ${Math.round(before)} MiB, later ${Math.round(after)} MiB`);
  }
  if (last.lagRecords <= first.lagRecords) {
    throw new LoadFailedError('the worker kept pace: send more, or this proves nothing');
  }
}

function peakOf(periods: readonly Period[]): number {
  return Math.max(...periods.map(({ peakMiB }) => peakMiB));
}
