import type { SimulatedPartition } from '../world/simulated-topic.ts';

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

  /** One commit counts [from, to) of a partition. */
  add(partition: SimulatedPartition, from: number, to: number): void {
    const { number } = partition;
    const beforeMs = this.#greatestMs.get(number) ?? 0;
    for (const { offset, known } of partition.known(from, to)) {
      if (known.fate.kind !== 'event') continue;
      const { hourMs, event } = known.fate;
      if (beforeMs < hourMs + HOUR_MS) this.#ofHour(hourMs).push({ partition: number, offset });
      this.#greatestMs.set(number, Math.max(event.eventTimeMs, this.#greatestMs.get(number) ?? 0));
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
