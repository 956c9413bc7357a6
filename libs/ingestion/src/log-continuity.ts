import type { BatchOrigin, RecordBatch } from './ports/index.ts';
import { LogTruncatedError } from './start-offset.ts';

/** The last offset that was taken, and where the batch there came from. */
interface Taken extends Pick<BatchOrigin, 'leaderEpoch' | 'fetch'> {
  readonly offset: number;
}

/**
 * How often the last offset is read again for one leader's batch. The broker's answer brings both, one behind the other,
 * unless the two batches are larger than a fetch: then it is enough that the last offset has been the same so often.
 */
const MAX_LOOKS = 3;

/**
 * Notices that a partition's log was truncated below what was read of it, and filled again, while it is being read. An
 * election that loses records gives the partition another leader, whose batches have another leader epoch. So where the
 * epoch changes, the last offset that was taken is read again: it must still be of the leader that it was of, in the same
 * answer of a broker as the batch that follows. Two logs that hold a batch of one leader at the same offset are the same up
 * to there (KIP-101).
 */
export class LogContinuity {
  readonly #partition: number;
  #taken: Taken | undefined;
  /** What was seen further on: the epochs of a log never decrease. */
  #ahead: Pick<Taken, 'offset' | 'leaderEpoch'> | undefined;
  #looks = 0;

  constructor(partition: number) {
    this.#partition = partition;
  }

  /**
   * @returns the offset to read again from, before a batch can be taken; undefined when the batch can be taken.
   * @throws {LogTruncatedError} when the log holds another batch where one was taken.
   */
  doubtedFrom({ fetchedOffset, origin }: Pick<RecordBatch, 'fetchedOffset' | 'origin'>): number | undefined {
    const taken = this.#taken;
    if (origin !== undefined) this.#compareWithAhead(origin);
    if (origin === undefined || taken === undefined) return undefined;
    if (fetchedOffset <= taken.offset) {
      this.#compare(origin, taken);
      return undefined;
    }
    const isCertain = origin.fetch === taken.fetch || origin.leaderEpoch === taken.leaderEpoch;
    if (isCertain || this.#looks === MAX_LOOKS) return undefined;
    this.#looks += 1;
    return taken.offset;
  }

  /** Of a claim: a record further on is the one that was read, in a batch of this origin. */
  sawAhead(offset: number, origin: BatchOrigin | undefined): void {
    this.#ahead = origin && { offset, leaderEpoch: origin.leaderEpoch };
  }

  /** The log begins at `earliest`. What it does not hold any more cannot be compared. */
  forgetBefore(earliest: number): void {
    if (this.#taken !== undefined && this.#taken.offset < earliest) this.#taken = undefined;
  }

  /** Everything below `nextOffset` has been taken, at the end of a batch of this origin. */
  took(nextOffset: number, origin: BatchOrigin | undefined): void {
    const offset = nextOffset - 1;
    if (origin === undefined) this.#taken = undefined;
    else {
      if (offset > (this.#taken?.offset ?? -1)) this.#looks = 0;
      this.#taken = { offset, leaderEpoch: origin.leaderEpoch, fetch: origin.fetch };
    }
  }

  #compareWithAhead({ firstOffset, leaderEpoch }: BatchOrigin): void {
    const ahead = this.#ahead;
    if (ahead === undefined || firstOffset > ahead.offset || leaderEpoch <= ahead.leaderEpoch) return;
    throw new LogTruncatedError(
      this.#partition,
      `the log holds a batch of leader ${leaderEpoch} at offset ${firstOffset}, ` +
        `before offset ${ahead.offset}, which was read as leader ${ahead.leaderEpoch} wrote it`,
    );
  }

  /** Where compaction has removed the batch, the one behind it has come: it says nothing. */
  #compare({ firstOffset, leaderEpoch }: BatchOrigin, taken: Taken): void {
    if (firstOffset > taken.offset || leaderEpoch === taken.leaderEpoch) return;
    throw new LogTruncatedError(
      this.#partition,
      `the batch at offset ${taken.offset} was read as leader ${taken.leaderEpoch} wrote it, ` +
        `and the log holds one of leader ${leaderEpoch} there`,
    );
  }
}
