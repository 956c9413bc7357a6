import { hourOf, ONE_HOUR } from '@antenna/windowing';
import type { HourStatus, HourStatuses } from './ports.ts';

/** Whether the archive has changed since the result in the tables was computed, or there is none. */
export function isDirty({ revision, lastRun }: HourStatus): boolean {
  return revision > (lastRun?.revision ?? 0);
}

/**
 * The hours that are to be computed now: the previous one and every dirty one, the newest first: a dirty hour of
 * years ago does not hold up the one that people wait for.
 * @param requireFinal leaves out hours that have not ended: they cannot be final, and to try them would fail each time.
 */
export function dueHours(
  { nowMs, hours }: Pick<HourStatuses, 'nowMs' | 'hours'>,
  { requireFinal }: { readonly requireFinal: boolean },
): readonly number[] {
  const currentMs = hourOf(nowMs);
  const dirty = hours.filter(isDirty).map(({ hourMs }) => hourMs);
  const wanted = requireFinal ? dirty.filter((hourMs) => hourMs < currentMs) : dirty;
  return [...new Set([currentMs - ONE_HOUR.sizeMs, ...wanted])].sort((left, right) => right - left);
}

/** The hours of [fromMs, toMs), both starts of hours in milliseconds since 1970. */
export function hoursBetween({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): readonly number[] {
  return Array.from({ length: (toMs - fromMs) / ONE_HOUR.sizeMs }, (_, hours) => fromMs + hours * ONE_HOUR.sizeMs);
}
