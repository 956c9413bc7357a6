import type { DeadLetterReason } from '@antenna/event-schema';
import type { TotalsCommit } from './ports.ts';

/** How many records of a commit were no events, however they are stored. */
export function deadLettersByReason(
  commit: Pick<TotalsCommit, 'deadLetters' | 'deadLetterRanges'>,
): ReadonlyMap<DeadLetterReason, number> {
  const counts = new Map<DeadLetterReason, number>();
  const add = (reason: DeadLetterReason, records: number) => counts.set(reason, (counts.get(reason) ?? 0) + records);
  for (const { reason } of commit.deadLetters) add(reason, 1);
  for (const { reason, records } of commit.deadLetterRanges) add(reason, records);
  return counts;
}
