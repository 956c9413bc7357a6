import type { Rejection } from '@antenna/event-schema';
import type { DeadLetter, SourceRecord } from './ports.ts';

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
