import type { DatabaseResults } from './demo-results.ts';

/** How many records were no events, by reason, however they are stored. */
export function deadLetterCounts({
  deadLetters,
  deadLetterRanges,
}: Pick<DatabaseResults, 'deadLetters' | 'deadLetterRanges'>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (reason: string, records: number) => counts.set(reason, (counts.get(reason) ?? 0) + records);
  for (const { reason } of deadLetters) add(reason, 1);
  for (const { reason, records } of deadLetterRanges) add(reason, records);
  return counts;
}
