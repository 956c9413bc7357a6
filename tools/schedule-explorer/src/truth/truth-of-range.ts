import type { RejectionReason } from '@antenna/event-schema';
import { type KnownEvent, RECORD_TIMESTAMP_MS } from '../world/known-record.ts';
import type { SimulatedPartition } from '../world/simulated-topic.ts';

export interface KnownRow {
  readonly offset: number;
  readonly event: KnownEvent;
}

/** What has to become of the records of some ranges of offsets in the totals. */
export class Truth {
  /** Bytes by row key: see `rowKey`. */
  readonly totals = new Map<string, number>();
  /** Bytes by hour and user. */
  readonly userHours = new Map<string, number>();
  /** Events by hour and partition. */
  readonly hourCounts = new Map<string, number>();
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
      add(this.hourCounts, `${hourMs} ${partition.number}`, 1);
    }
  }
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
  const times = records.flatMap(({ known: { fate } }) => (fate.kind === 'event' ? fate.event.eventTimeMs : []));
  return {
    lastOffset: records.at(-1)?.offset,
    greatestEventTimeMs: times.length === 0 ? undefined : Math.min(RECORD_TIMESTAMP_MS, Math.max(...times)),
  };
}

function add(sums: Map<string, number>, key: string, bytes: number): void {
  sums.set(key, (sums.get(key) ?? 0) + bytes);
}
