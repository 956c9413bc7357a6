import type { BatchOrigin, RecordBatch } from './ports/index.ts';
import { type LastSeen, SeenRecords } from './seen-records.ts';
import { LogTruncatedError } from './start-offset.ts';

/** Batches of earlier leaders that are read in a row, before the record ahead is compared again and they are taken. */
const MAX_INSPECTED = 4;

/** A batch of an earlier leader that was read for inspection: no sink has taken its records yet. */
interface InspectedBatch extends Pick<BatchOrigin, 'leaderEpoch' | 'fetch'> {
  readonly lastOffset: number;
}

/**
 * The last record that a sink or an open intent has seen, where another sink lacks records before it. What that sink
 * takes up to there has to come from the log that holds this record. Otherwise, after an election that lost records, one
 * sink would have the lost ones and the other sink those in their places.
 *
 * Two logs that hold a batch of one leader at the same offset are equal up to that offset (KIP-101). So after the record
 * is compared, a batch of its own leader is certain. Batches of earlier leaders are inspected first: a few of them are
 * read and not taken, the record is compared again, and they are taken when they are read once more. If the log held the
 * record both before and after it held a batch, then that batch belongs to the log of the record.
 */
export class RecordAhead {
  readonly #partition: number;
  readonly #seen: LastSeen;
  #isToCompare = true;
  /** Epoch of the leader that wrote the record; undefined while it is unknown: then no batch is doubted. */
  #leaderEpoch: number | undefined;
  /** By leader epoch: the last offset where the log of the record is known to hold a batch of that leader. */
  readonly #known = new Map<number, number>();
  /** Batches that were read since the record was compared, and not taken. */
  #inspected: InspectedBatch[] = [];

  constructor(partition: number, seen: LastSeen) {
    this.#partition = partition;
    this.#seen = seen;
  }

  get offset(): number {
    return this.#seen.fingerprint.offset;
  }

  /**
   * @param processedTo the offset of the next record to take.
   * @returns the offset to read next if the batch is not to be taken now; undefined if it is to be taken.
   * @throws {LogTruncatedError} when the log does not hold the record (any more).
   */
  offsetBefore(batch: RecordBatch, processedTo: number): number | undefined {
    if (this.#isToCompare) {
      if (this.#isStale(batch)) return this.offset;
      this.#compare(batch);
      return processedTo;
    }
    const doubted = batch.origin && this.#doubted(batch.origin, batch.nextOffset - 1);
    if (doubted === undefined && this.#inspected.length === 0) return undefined;
    if (this.#inspect(doubted)) return batch.nextOffset;
    this.#isToCompare = true;
    return this.offset;
  }

  /** @returns whether to inspect the next batch, too, before the record is compared again. */
  #inspect(doubted: InspectedBatch | undefined): boolean {
    if (doubted === undefined) return false;
    // A batch of an earlier leader in the place of the record comes from another log, and so may those before it.
    if (doubted.lastOffset >= this.offset) this.#inspected = [];
    else this.#inspected.push(doubted);
    return this.#inspected.length > 0 && this.#inspected.length < MAX_INSPECTED;
  }

  #doubted({ firstOffset, leaderEpoch, fetch }: BatchOrigin, lastOffset: number): InspectedBatch | undefined {
    const ofRecord = this.#leaderEpoch;
    if (ofRecord === undefined || firstOffset > this.offset || leaderEpoch === ofRecord) return undefined;
    if (leaderEpoch > ofRecord)
      throw new LogTruncatedError(
        this.#partition,
        `the log holds a batch of leader ${leaderEpoch} at offset ${firstOffset}, ` +
          `before offset ${this.offset}, which was read as leader ${ofRecord} wrote it`,
      );
    return lastOffset <= (this.#known.get(leaderEpoch) ?? -1) ? undefined : { leaderEpoch, fetch, lastOffset };
  }

  /** Whether the broker answered with this batch before it answered with an inspected one. */
  #isStale({ origin }: RecordBatch): boolean {
    const latest = this.#inspected.at(-1)?.fetch;
    return latest !== undefined && origin !== undefined && origin.fetch <= latest;
  }

  /** Compares the batch that begins with the record. The batches inspected before are certain then. */
  #compare(batch: RecordBatch): void {
    const seen = new SeenRecords([this.#seen]);
    for (const record = batch.records(); record.next() && record.offset < this.#seen.position;) {
      const difference = seen.differenceAt(record);
      if (difference !== undefined) throw new LogTruncatedError(this.#partition, difference);
    }
    const missing = seen.differenceBelow(batch.nextOffset, batch);
    if (missing !== undefined) throw new LogTruncatedError(this.#partition, missing.fact);
    this.#isToCompare = false;
    this.#leaderEpoch = batch.origin?.leaderEpoch;
    for (const { leaderEpoch, lastOffset } of this.#inspected) this.#known.set(leaderEpoch, lastOffset);
    this.#inspected = [];
  }
}
