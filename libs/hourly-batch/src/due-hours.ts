import { hourOf, ONE_HOUR } from '@antenna/windowing';
import { finality } from './finality.ts';
import type { HourStatus, HourStatuses } from './ports.ts';

/**
 * Whether the archive of the hour has changed since the result in the tables was computed, or has no result yet. An hour
 * below the retention floor is never dirty, since it is not computed again.
 */
export function isDirty({ revision, lastRun, isBelowFloor }: HourStatus): boolean {
  return !isBelowFloor && revision > (lastRun?.revision ?? 0);
}

export interface DueOptions {
  readonly allowedLatenessMs: number;
  /** Excludes hours that have not ended: they cannot be final, and each attempt would fail. */
  readonly requireFinal: boolean;
}

/**
 * The hours to compute now: the previous hour, every dirty hour, and every hour that has become final since a run
 * computed it, which gets its certificate and its verdicts on quotas. The newest comes first, so that old dirty hours
 * do not delay the hour that users wait for.
 * @param statuses the hours that need attention, at least: no other hour is due but the previous one.
 */
export function dueHours(statuses: HourStatuses, { allowedLatenessMs, requireFinal }: DueOptions): readonly number[] {
  const { nowMs, partitions, hours } = statuses;
  const currentMs = hourOf(nowMs);
  const hasBecomeFinal = (hour: HourStatus) =>
    !hour.isBelowFloor &&
    hour.lastRun?.wasFinal === false &&
    finality(hour, { nowMs, partitions, allowedLatenessMs }).isFinal;
  const due = hours.filter((hour) => isDirty(hour) || hasBecomeFinal(hour)).map(({ hourMs }) => hourMs);
  const selected = requireFinal ? due.filter((hourMs) => hourMs < currentMs) : due;
  return [...new Set([currentMs - ONE_HOUR.sizeMs, ...selected])].sort((left, right) => right - left);
}

/** The hours of [fromMs, toMs), both starts of hours in milliseconds since 1970. */
export function hoursBetween({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): readonly number[] {
  return Array.from({ length: (toMs - fromMs) / ONE_HOUR.sizeMs }, (_, hours) => fromMs + hours * ONE_HOUR.sizeMs);
}
