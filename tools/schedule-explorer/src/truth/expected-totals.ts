import type { RejectionReason } from '@antenna/event-schema';
import { type KnownEvent, RECORD_TIMESTAMP_MS } from '../world/known-record.ts';
import type { SimulatedPartition } from '../world/simulated-topic.ts';

export interface KnownRow {
  readonly offset: number;
  readonly event: KnownEvent;
}

/** The rows that the totals have to hold for the records of some ranges of offsets. */
export class ExpectedTotals {
  /** Bytes by row key: see `rowKey`. */
  readonly totals = new Map<string, number>();
  /** Bytes by hour and user. */
  readonly userHours = new Map<string, number>();
  /** Events by hour and partition: see `hourCountKey`. */
  readonly hourCounts = new Map<number, number>();
  readonly deadLetters = new Map<string, RejectionReason>();

  /** @param isLeftOut records that were given up. */
  addRange(partition: SimulatedPartition, from: number, to: number, isLeftOut?: (offset: number) => boolean): void {
    for (const { offset, known } of partition.known(from, to)) {
      if (isLeftOut?.(offset) === true) continue;
      if (known.fate.kind === 'dead letter') {
        this.deadLetters.set(`${partition.number}/${offset}`, known.fate.reason);
        continue;
      }
      const { event, hourMs, rowKeys, userHourKey } = known.fate;
      for (const key of rowKeys) add(this.totals, key, event.bytes);
      add(this.userHours, userHourKey, event.bytes);
      add(this.hourCounts, hourCountKey(hourMs, partition.number), 1);
    }
  }
}

/** There are fewer partitions than milliseconds of an hour. */
export function hourCountKey(hourMs: number, partition: number): number {
  return hourMs + partition;
}

/** The events of a range by their hours: what its files have to hold. */
export function rowsByHour(partition: SimulatedPartition, from: number, to: number): ReadonlyMap<number, KnownRow[]> {
  const rowsOfHour = new Map<number, KnownRow[]>();
  for (const { offset, known } of partition.known(from, to)) {
    if (known.fate.kind !== 'event') continue;
    const { event, hourMs } = known.fate;
    const rows = rowsOfHour.get(hourMs);
    if (rows === undefined) rowsOfHour.set(hourMs, [{ offset, event }]);
    else rows.push({ offset, event });
  }
  return rowsOfHour;
}

/** The greatest of min(event time, record timestamp) in a range, and the last record in it. */
export function marksOf(partition: SimulatedPartition, from: number, to: number) {
  const records = partition.known(from, to);
  let greatestMs = -Infinity;
  for (const { known } of records) {
    if (known.fate.kind === 'event') greatestMs = Math.max(greatestMs, known.fate.event.eventTimeMs);
  }
  return {
    lastOffset: records.at(-1)?.offset,
    greatestEventTimeMs: greatestMs === -Infinity ? undefined : Math.min(RECORD_TIMESTAMP_MS, greatestMs),
  };
}

function add<Key>(sums: Map<Key, number>, key: Key, bytes: number): void {
  sums.set(key, (sums.get(key) ?? 0) + bytes);
}
