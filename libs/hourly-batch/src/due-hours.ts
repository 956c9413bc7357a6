import { hourOf, ONE_HOUR } from '@antenna/windowing';
import type { HourStatus, HourStatuses } from './ports.ts';

/** Whether the archive of the hour has changed since the result in the tables was computed, or has no result yet. */
export function isDirty({ revision, lastRun }: HourStatus): boolean {
  return revision > (lastRun?.revision ?? 0);
}

/**
 * The hours to compute now: the previous hour and every dirty hour. The newest comes first, so that old dirty hours do
 * not delay the hour that users wait for.
 * @param requireFinal excludes hours that have not ended: they cannot be final, and each attempt would fail.
 */
export function dueHours(
  { nowMs, hours }: Pick<HourStatuses, 'nowMs' | 'hours'>,
  { requireFinal }: { readonly requireFinal: boolean },
): readonly number[] {
  const currentMs = hourOf(nowMs);
  const dirty = hours.filter(isDirty).map(({ hourMs }) => hourMs);
  const selected = requireFinal ? dirty.filter((hourMs) => hourMs < currentMs) : dirty;
  return [...new Set([currentMs - ONE_HOUR.sizeMs, ...selected])].sort((left, right) => right - left);
}

/** The hours of [fromMs, toMs), both starts of hours in milliseconds since 1970. */
export function hoursBetween({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): readonly number[] {
  return Array.from({ length: (toMs - fromMs) / ONE_HOUR.sizeMs }, (_, hours) => fromMs + hours * ONE_HOUR.sizeMs);
}
