import type { RejectionReason } from '@antenna/event-schema';
import type { LoggedRecord } from '../world/simulated-log.ts';
import { type KnownEvent, RECORD_TIMESTAMP_MS } from '../world/known-record.ts';

export interface KnownRow {
  readonly logged: LoggedRecord;
  readonly event: KnownEvent;
}

/** The rows that the totals have to hold for some records. */
export class ExpectedTotals {
  /** Bytes by row key: see `rowKey`. */
  readonly totals = new Map<string, number>();
  /** Bytes by hour and user. */
  readonly userHours = new Map<string, number>();
  /** Events by hour and partition: see `hourCountKey`. */
  readonly hourCounts = new Map<number, number>();
  readonly deadLetters = new Map<string, RejectionReason>();

  add(partition: number, records: readonly LoggedRecord[]): void {
    for (const { offset, known } of records) {
      if (known.fate.kind === 'dead letter') {
        this.deadLetters.set(`${partition}/${offset}`, known.fate.reason);
        continue;
      }
      const { event, hourMs, rowKeys, userHourKey } = known.fate;
      for (const key of rowKeys) addTo(this.totals, key, event.bytes);
      addTo(this.userHours, userHourKey, event.bytes);
      addTo(this.hourCounts, hourCountKey(hourMs, partition), 1);
    }
  }
}

/** There are fewer partitions than milliseconds of an hour. */
export function hourCountKey(hourMs: number, partition: number): number {
  return hourMs + partition;
}

/** The events among some records by their hours: what the files of a chunk have to hold. */
export function rowsByHour(records: readonly LoggedRecord[]): ReadonlyMap<number, KnownRow[]> {
  const rowsOfHour = new Map<number, KnownRow[]>();
  for (const logged of records) {
    const { fate } = logged.known;
    if (fate.kind !== 'event') continue;
    const row = { logged, event: fate.event };
    const rows = rowsOfHour.get(fate.hourMs);
    if (rows === undefined) rowsOfHour.set(fate.hourMs, [row]);
    else rows.push(row);
  }
  return rowsOfHour;
}

/** The greatest of min(event time, record timestamp) of some records, and the last of them. */
export function marksOf(records: readonly LoggedRecord[]) {
  let greatestMs = -Infinity;
  for (const { known } of records) {
    if (known.fate.kind === 'event') greatestMs = Math.max(greatestMs, known.fate.event.eventTimeMs);
  }
  return {
    lastOffset: records.at(-1)?.offset,
    greatestEventTimeMs: greatestMs === -Infinity ? undefined : Math.min(RECORD_TIMESTAMP_MS, greatestMs),
  };
}

export function addTo<Key>(sums: Map<Key, number>, key: Key, bytes: number): void {
  sums.set(key, (sums.get(key) ?? 0) + bytes);
}
