import { WindowTotals } from '@antenna/aggregation';
import type { RejectionReason } from '@antenna/event-schema';
import { DeadLetterRanges } from './dead-letter-ranges.ts';
import { HourCounts } from './hour-counts.ts';
import { LatenessCounts } from './lateness-counts.ts';
import type { DeadLetter } from '../ports/index.ts';

/** The totals and dead letters of the records taken since the last flush began. */
export class PendingTotals {
  readonly totals = new WindowTotals();
  readonly hourCounts = new HourCounts();
  readonly lateness: LatenessCounts;
  readonly deadLetters: DeadLetter[] = [];
  readonly deadLetterRanges = new DeadLetterRanges();
  #deadLetterBytes = 0;
  #sinceMs: number | undefined;

  /** @param allowedLatenessMs the lateness beyond which an event counts as late. */
  constructor(allowedLatenessMs: number) {
    this.lateness = new LatenessCounts(allowedLatenessMs);
  }

  /** Processing time at which the oldest of these records arrived, milliseconds since 1970. */
  get sinceMs(): number | undefined {
    return this.#sinceMs;
  }

  get records(): number {
    return this.totals.events + this.deadLetters.length + this.deadLetterRanges.records;
  }

  get deadLetterBytes(): number {
    return this.#deadLetterBytes;
  }

  /** Starts the flush interval. Called for every batch, also for one that only moves the position. */
  startWaiting(nowMs: number): void {
    this.#sinceMs ??= nowMs;
  }

  addDeadLetter(deadLetter: DeadLetter): void {
    this.deadLetters.push(deadLetter);
    this.#deadLetterBytes += (deadLetter.payload?.length ?? 0) + (deadLetter.key?.length ?? 0);
  }

  /** Counts a dead letter that is not stored whole. */
  countDeadLetter(partition: number, offset: number, reason: RejectionReason): void {
    this.deadLetterRanges.add({ partition, reason, firstOffset: offset, lastOffset: offset, records: 1 });
  }
}
