import type { InternedEvent } from '@antenna/event-schema';
import { LATENESS_BOUNDS_MS, latenessBucketOf } from '@antenna/windowing';
import type { EventLateness, LatenessBucket } from '../ports/index.ts';
import { AntennaCounts } from './antenna-counts.ts';

/** The clock of a device is wrong when an event is further ahead of its record: good clocks differ by milliseconds. */
const AHEAD_MS = 1_000;

type Counted = { -readonly [Field in keyof LatenessBucket]: LatenessBucket[Field] } & {
  /** The bucket holds every lateness above this one, up to `atMostMs`. */
  readonly aboveMs: number;
};

/** Counts the events of a commit by lateness, and the late events and the events ahead by antenna. */
export class LatenessCounts {
  readonly #allowedMs: number;
  readonly #antennas = new AntennaCounts();
  /** The buckets with events, by index. */
  readonly #buckets = new Map<number, Counted>();
  #sumMs = 0;
  /** The bucket of the event before: the next event nearly always has the same. */
  #latest: Counted | undefined;

  /** @param allowedMs the lateness beyond which an event is late, milliseconds. */
  constructor(allowedMs: number) {
    this.#allowedMs = allowedMs;
  }

  /** @param recordTimestampMs negative for a record without a timestamp, whose event has no lateness. */
  add(recordTimestampMs: number, event: InternedEvent): void {
    if (recordTimestampMs < 0) return;
    const latenessMs = recordTimestampMs - event.eventTimeMs;
    const bucket = this.#at(latenessMs);
    const isLate = latenessMs > this.#allowedMs;
    bucket.events += 1;
    if (isLate) bucket.lateEvents += 1;
    this.#sumMs += latenessMs;
    this.#antennas.add(event, latenessMs, isLate, latenessMs < -AHEAD_MS);
  }

  rows(): EventLateness {
    const buckets = [...this.#buckets.values()]
      .sort((left, right) => left.atMostMs - right.atMostMs)
      .map(({ atMostMs, events, lateEvents }) => ({ atMostMs, events, lateEvents }));
    return { buckets, sumMs: this.#sumMs, antennas: this.#antennas.rows() };
  }

  #at(latenessMs: number): Counted {
    const latest = this.#latest;
    if (latest !== undefined && latenessMs > latest.aboveMs && latenessMs <= latest.atMostMs) return latest;
    this.#latest = this.#lookUp(latenessBucketOf(latenessMs));
    return this.#latest;
  }

  #lookUp(index: number): Counted {
    const [aboveMs = -Infinity, atMostMs = Infinity] = [LATENESS_BOUNDS_MS[index - 1], LATENESS_BOUNDS_MS[index]];
    const bucket = this.#buckets.get(index) ?? { aboveMs, atMostMs, events: 0, lateEvents: 0 };
    this.#buckets.set(index, bucket);
    return bucket;
  }
}
