import type { Findings } from '../results/results.ts';
import { spreadOf } from '../statistics/spread.ts';

/** What there is to go by while nobody has drained a topic yet. */
const ASSUMED = 200_000;

/** How many events a second the product drains: the median of what was found. */
export function topRate({ rounds }: Findings): number {
  const drains = rounds?.drains.filter(({ contestant }) => contestant === 'product') ?? [];
  if (drains.length === 0) return ASSUMED;
  return spreadOf(drains.map(({ events, drainSeconds }) => events / drainSeconds)).median;
}
