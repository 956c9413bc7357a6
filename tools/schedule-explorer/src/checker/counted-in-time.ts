import type { LoggedRecord } from '../world/simulated-log.ts';

interface CountedEvent {
  readonly partition: number;
  readonly logged: LoggedRecord;
}

const HOUR_MS = 3_600_000;

/** Events that the totals counted before their hour was late, derived from the topic. */
export class CountedInTime {
  /** By hour. */
  readonly #events = new Map<number, CountedEvent[]>();
  /** Greatest event time by partition. */
  readonly #greatestMs = new Map<number, number>();

  get hours(): Iterable<number> {
    return this.#events.keys();
  }

  /** One commit counts these records of a partition. */
  add(partition: number, records: readonly LoggedRecord[]): void {
    const beforeMs = this.#greatestMs.get(partition) ?? 0;
    let greatestMs = beforeMs;
    for (const logged of records) {
      const { fate } = logged.known;
      if (fate.kind !== 'event') continue;
      const { hourMs, event } = fate;
      if (beforeMs < hourMs + HOUR_MS) this.#ofHour(hourMs).push({ partition, logged });
      greatestMs = Math.max(event.eventTimeMs, greatestMs);
    }
    this.#greatestMs.set(partition, greatestMs);
  }

  /** Hours do not wait for events that the log has lost before they were archived. */
  forget(partition: number, from: number): void {
    for (const [hourMs, events] of this.#events) {
      const left = events.filter((event) => event.partition !== partition || event.logged.offset < from);
      this.#events.set(hourMs, left);
    }
  }

  /** One that the archive lacks; undefined when there is none. */
  unarchived(hourMs: number, isLacking: (event: LoggedRecord) => boolean): CountedEvent | undefined {
    return this.#events.get(hourMs)?.find(({ logged }) => isLacking(logged));
  }

  #ofHour(hourMs: number): CountedEvent[] {
    const events = this.#events.get(hourMs) ?? [];
    this.#events.set(hourMs, events);
    return events;
  }
}
