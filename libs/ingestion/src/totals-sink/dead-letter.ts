import type { DeadLetterReason, Rejection } from '@antenna/event-schema';
import type { DeadLetter, SourceRecord, TotalsCommit } from '../ports/index.ts';

/** How much of a rejected record is kept: enough to see what it was, too little to fill a database. */
export const MAX_KEPT_BYTES = 4096;

/** What is kept of a record that is no event. The bytes are copied: they must not hold a whole fetch in memory. */
export function deadLetterOf(partition: number, record: SourceRecord, rejection: Rejection): DeadLetter {
  return {
    partition,
    offset: record.offset,
    timestampMs: record.timestampMs,
    reason: rejection.reason,
    detail: rejection.detail,
    key: beginning(record.key),
    payload: beginning(record.value),
    payloadBytes: record.value?.length,
  };
}

function beginning(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : Uint8Array.prototype.slice.call(bytes, 0, MAX_KEPT_BYTES);
}

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
