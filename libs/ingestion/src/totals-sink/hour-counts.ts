import { ByteSum } from '@antenna/aggregation';
import { hourOf, ONE_HOUR } from '@antenna/windowing';
import type { HourCount } from '../ports/index.ts';

interface Counted {
  readonly partition: number;
  readonly hourMs: number;
  readonly eventBytes: ByteSum;
  events: number;
  lastOffset: number;
}

/** Counts events by the hour of their event time and by partition. */
export class HourCounts {
  readonly #hoursOf = new Map<number, Map<number, Counted>>();
  /** The entry of the event before: the next event nearly always has the same partition and hour. */
  #latest: Counted | undefined;

  /** Offsets of a partition are added in ascending order. */
  add(partition: number, offset: number, { eventTimeMs, bytes }: { eventTimeMs: number; bytes: number }): void {
    const counted = this.#at(partition, eventTimeMs);
    counted.events += 1;
    counted.eventBytes.add(bytes);
    counted.lastOffset = offset;
  }

  /** Sorted by hour and partition. */
  rows(): readonly HourCount[] {
    return [...this.#hoursOf.values()]
      .flatMap((hours) => [...hours.values()])
      .sort((left, right) => left.hourMs - right.hourMs || left.partition - right.partition)
      .map((counted) => ({ ...counted, eventBytes: counted.eventBytes.value() }));
  }

  #at(partition: number, eventTimeMs: number): Counted {
    const latest = this.#latest;
    if (latest?.partition === partition && eventTimeMs >= latest.hourMs && eventTimeMs < latest.hourMs + HOUR_MS) {
      return latest;
    }
    this.#latest = this.#lookUp(partition, hourOf(eventTimeMs));
    return this.#latest;
  }

  #lookUp(partition: number, hourMs: number): Counted {
    const hours = this.#hoursOf.get(partition) ?? new Map<number, Counted>();
    this.#hoursOf.set(partition, hours);
    const counted = hours.get(hourMs) ?? { partition, hourMs, eventBytes: new ByteSum(), events: 0, lastOffset: -1 };
    hours.set(hourMs, counted);
    return counted;
  }
}

const HOUR_MS = ONE_HOUR.sizeMs;
