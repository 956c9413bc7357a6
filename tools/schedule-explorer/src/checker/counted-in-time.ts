import type { LoggedRecord } from '../world/simulated-log.ts';

interface CountedEvent {
  readonly partition: number;
  readonly offset: number;
}

const HOUR_MS = 3_600_000;

/** Events that the totals counted before their hour was late, derived from the topic. */
export class CountedInTime {
  /** By hour. */
  readonly #events = new Map<number, CountedEvent[]>();
  /** Greatest event time by partition. */
  readonly #greatestMs = new Map<number, number>();

  /** One commit counts these records of a partition. */
  add(partition: number, records: readonly LoggedRecord[]): void {
    const beforeMs = this.#greatestMs.get(partition) ?? 0;
    let greatestMs = beforeMs;
    for (const { offset, known } of records) {
      if (known.fate.kind !== 'event') continue;
      const { hourMs, event } = known.fate;
      if (beforeMs < hourMs + HOUR_MS) this.#ofHour(hourMs).push({ partition, offset });
      greatestMs = Math.max(event.eventTimeMs, greatestMs);
    }
    this.#greatestMs.set(partition, greatestMs);
  }

  /** Hours do not wait for events that the log has lost before they were archived. */
  forget(partition: number, from: number): void {
    for (const [hourMs, events] of this.#events) {
      const left = events.filter((event) => event.partition !== partition || event.offset < from);
      this.#events.set(hourMs, left);
    }
  }

  /** One that the archive has not come to; undefined when there is none. */
  unarchived(hourMs: number, archivedTo: (partition: number) => number): CountedEvent | undefined {
    return this.#events.get(hourMs)?.find(({ partition, offset }) => offset >= archivedTo(partition));
  }

  #ofHour(hourMs: number): CountedEvent[] {
    const events = this.#events.get(hourMs) ?? [];
    this.#events.set(hourMs, events);
    return events;
  }
}
