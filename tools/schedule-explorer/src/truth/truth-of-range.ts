import type { RejectionReason } from '@antenna/event-schema';
import { type KnownEvent, RECORD_TIMESTAMP_MS } from '../world/known-record.ts';
import type { SimulatedPartition } from '../world/simulated-topic.ts';

export interface KnownRow {
  readonly offset: number;
  readonly event: KnownEvent;
}

/** What has to become of the records of some ranges of offsets. */
export class Truth {
  /** Bytes by row key: see `rowKey`. */
  readonly totals = new Map<string, number>();
  /** Bytes by hour and user. */
  readonly userHours = new Map<string, number>();
  /** Events by hour and partition. */
  readonly hourCounts = new Map<string, number>();
  readonly deadLetters = new Map<string, RejectionReason>();
  readonly rowsOfHour = new Map<number, KnownRow[]>();

  /** @param isLeftOut records that were given up. */
  addRange(partition: SimulatedPartition, from: number, to: number, isLeftOut?: (offset: number) => boolean): void {
    for (const { offset, known } of partition.known(from, to)) {
      if (isLeftOut?.(offset) === true) continue;
      if (known.fate.kind === 'dead letter') {
        this.deadLetters.set(`${partition.number}/${offset}`, known.fate.reason);
        continue;
      }
      const { event, hourMs, rowKeys } = known.fate;
      for (const key of rowKeys) add(this.totals, key, event.bytes);
      add(this.userHours, `${hourMs} ${event.id}`, event.bytes);
      add(this.hourCounts, `${hourMs} ${partition.number}`, 1);
      const rows = this.rowsOfHour.get(hourMs);
      if (rows === undefined) this.rowsOfHour.set(hourMs, [{ offset, event }]);
      else rows.push({ offset, event });
    }
  }
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
