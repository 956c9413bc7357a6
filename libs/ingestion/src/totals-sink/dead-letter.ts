import type { DeadLetterReason, Rejection } from '@antenna/event-schema';
import type { DeadLetter, SourceRecord, TotalsCommit } from '../ports/index.ts';

/** Bytes of key and of value that a dead letter keeps: enough to recognise the record, too few to fill the database. */
export const MAX_KEPT_BYTES = 4096;

/** The dead letter of a rejected record. Key and value are copied, so that they do not keep a whole fetch in memory. */
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

/** Number of a commit's dead letters by reason, both those stored whole and those in ranges. */
export function deadLettersByReason(
  commit: Pick<TotalsCommit, 'deadLetters' | 'deadLetterRanges'>,
): ReadonlyMap<DeadLetterReason, number> {
  const counts = new Map<DeadLetterReason, number>();
  const add = (reason: DeadLetterReason, records: number) => counts.set(reason, (counts.get(reason) ?? 0) + records);
  for (const { reason } of commit.deadLetters) add(reason, 1);
  for (const { reason, records } of commit.deadLetterRanges) add(reason, records);
  return counts;
}
