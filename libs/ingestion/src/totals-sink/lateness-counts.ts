import type { InternedEvent } from '@antenna/event-schema';
import { LATENESS_BOUNDS_MS, latenessBucketOf } from '@antenna/windowing';
import type { EventLateness } from '../ports/index.ts';
import { AntennaCounts } from './antenna-counts.ts';

/** The clock of a device is wrong when an event is further ahead of its record: good clocks differ by milliseconds. */
const AHEAD_MS = 1_000;

/**
 * Counts the events of a commit by lateness, and the late events and the events ahead by antenna. `add` runs for every
 * event, so the counts are kept in arrays; metrics and store receive the counts of a whole commit.
 */
export class LatenessCounts {
  readonly #allowedMs: number;
  readonly #antennas = new AntennaCounts();
  readonly #events = new Uint32Array(LATENESS_BOUNDS_MS.length);
  readonly #lateEvents = new Uint32Array(LATENESS_BOUNDS_MS.length);
  #sumMs = 0;
  /** The bucket of the previous event, and its range (exclusive, inclusive): usually the next event's bucket, too. */
  #bucket = 0;
  #aboveMs = -Infinity;
  #atMostMs = LATENESS_BOUNDS_MS[0] ?? Infinity;

  /** @param allowedMs the lateness beyond which an event is late, milliseconds. */
  constructor(allowedMs: number) {
    this.#allowedMs = allowedMs;
  }

  /** @param recordTimestampMs negative for a record without a timestamp, whose event has no lateness. */
  add(recordTimestampMs: number, event: InternedEvent): void {
    if (recordTimestampMs < 0) return;
    const latenessMs = recordTimestampMs - event.eventTimeMs;
    if (latenessMs <= this.#aboveMs || latenessMs > this.#atMostMs) this.#moveTo(latenessBucketOf(latenessMs));
    const isLate = latenessMs > this.#allowedMs;
    this.#events[this.#bucket] = (this.#events[this.#bucket] ?? 0) + 1;
    if (isLate) this.#lateEvents[this.#bucket] = (this.#lateEvents[this.#bucket] ?? 0) + 1;
    this.#sumMs += latenessMs;
    this.#antennas.add(event, latenessMs, isLate, latenessMs < -AHEAD_MS);
  }

  rows(): EventLateness {
    const buckets = LATENESS_BOUNDS_MS.map((atMostMs, bucket) => ({
      atMostMs,
      events: this.#events[bucket] ?? 0,
      lateEvents: this.#lateEvents[bucket] ?? 0,
    }));
    return { buckets: buckets.filter(({ events }) => events > 0), sumMs: this.#sumMs, antennas: this.#antennas.rows() };
  }

  #moveTo(bucket: number): void {
    this.#bucket = bucket;
    this.#aboveMs = LATENESS_BOUNDS_MS[bucket - 1] ?? -Infinity;
    this.#atMostMs = bucket === LATENESS_BOUNDS_MS.length - 1 ? Infinity : (LATENESS_BOUNDS_MS[bucket] ?? Infinity);
  }
}
