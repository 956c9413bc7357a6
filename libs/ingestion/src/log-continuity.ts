import type { BatchOrigin, RecordBatch } from './ports/index.ts';
import { LogTruncatedError } from './start-offset.ts';

/** The last offset that was taken, and the origin of its batch. */
interface Taken extends Pick<BatchOrigin, 'leaderEpoch' | 'fetch'> {
  readonly offset: number;
}

/**
 * How often the last offset is read again for one batch of another leader. The broker's answer usually holds both
 * batches. Two batches that are larger than a fetch never arrive in one answer: then this many equal comparisons are
 * enough.
 */
const MAX_COMPARISONS = 3;

/**
 * Detects that a partition's log was truncated below the last offset taken, and filled again, while it is being read.
 * An election that loses records gives the partition another leader, whose batches have another leader epoch. So when
 * the epoch changes, the last offset is read again: its batch must still have the old leader's epoch, in the same
 * broker answer as the next batch. Two logs that hold a batch of one leader at the same offset are equal up to that
 * offset (KIP-101).
 */
export class LogContinuity {
  readonly #partition: number;
  #taken: Taken | undefined;
  #comparisons = 0;

  constructor(partition: number) {
    this.#partition = partition;
  }

  /**
   * @returns the offset to read again and compare before the batch can be taken; undefined when it can be taken now.
   * @throws {LogTruncatedError} when the log holds a batch of another leader at an offset that was taken.
   */
  doubtedFrom({ fetchedOffset, origin }: Pick<RecordBatch, 'fetchedOffset' | 'origin'>): number | undefined {
    const taken = this.#taken;
    if (origin === undefined || taken === undefined) return undefined;
    if (fetchedOffset <= taken.offset) {
      this.#compare(origin, taken);
      return undefined;
    }
    const isCertain = origin.fetch === taken.fetch || origin.leaderEpoch === taken.leaderEpoch;
    if (isCertain || this.#comparisons === MAX_COMPARISONS) return undefined;
    this.#comparisons += 1;
    return taken.offset;
  }

  /** The log now begins at `earliest`: a deleted offset cannot be compared. */
  forgetBefore(earliest: number): void {
    if (this.#taken !== undefined && this.#taken.offset < earliest) this.#taken = undefined;
  }

  /** All records below `nextOffset` have been taken, the last of them from a batch of this origin. */
  took(nextOffset: number, origin: BatchOrigin | undefined): void {
    const offset = nextOffset - 1;
    if (origin === undefined) this.#taken = undefined;
    else {
      if (offset > (this.#taken?.offset ?? -1)) this.#comparisons = 0;
      this.#taken = { offset, leaderEpoch: origin.leaderEpoch, fetch: origin.fetch };
    }
  }

  /** If compaction has removed the batch, the fetch delivers a later batch, which proves nothing. */
  #compare({ firstOffset, leaderEpoch }: BatchOrigin, taken: Taken): void {
    if (firstOffset > taken.offset || leaderEpoch === taken.leaderEpoch) return;
    throw new LogTruncatedError(
      this.#partition,
      `the batch at offset ${taken.offset} was read as leader ${taken.leaderEpoch} wrote it, ` +
        `and the log holds one of leader ${leaderEpoch} there`,
    );
  }
}
