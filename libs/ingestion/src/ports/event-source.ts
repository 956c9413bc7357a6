import type { UndecodableReason, ValueSpans } from '@antenna/event-schema';

/** The fields of a Kafka record that this product reads. */
export interface SourceRecord {
  readonly offset: number;
  /** The record's own timestamp (milliseconds since 1970), set by the producer or the broker. */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/**
 * A cursor over records in the order of their offsets. Its properties are those of the current record. One object for
 * each record would take longer than decoding the record.
 *
 * The bytes of its records may be read until `onBatch` returns: the memory of the fetch is freed then. What is kept longer
 * has to be copied.
 */
export interface RecordCursor {
  /** Moves to the next record. @returns false when there is none; the cursor then stays on the last record. */
  next(): boolean;
  readonly offset: number;
  readonly timestampMs: number;
  /** The record's value is the range [valueStart, valueEnd) of these bytes; null for a tombstone. */
  readonly bytes: Uint8Array | null;
  readonly valueStart: number;
  readonly valueEnd: number;
  /**
   * The places of this record's value and of the values that follow. The cursor reads some dozens of records ahead at a
   * time, and this is set on the first of them only.
   */
  readonly ahead: ValueSpans | undefined;
  /** The current record as an object of its own, a view of the same bytes. */
  record(): SourceRecord;
}

/**
 * The records that a fetch delivered for a partition, or part of them. It is empty where the log holds none to deliver.
 */
export interface RecordBatch {
  readonly partition: number;
  /** The offset that was requested. The first record's offset may be greater, since offsets have gaps. */
  readonly fetchedOffset: number;
  /** The offset to fetch next: past the last record, and past control records and aborted records behind it. */
  readonly nextOffset: number;
  /** End of the partition (exclusive) when the batch was fetched. */
  readonly highWatermark: number;
  /** Undefined for an unreadable or unknown origin: then the batch is not compared with the one before. */
  readonly origin?: BatchOrigin | undefined;
  /** Set when the stored batch cannot be decoded: then it has no records. */
  readonly undecodable?: UndecodableRange | undefined;
  /**
   * @returns a cursor before the first record.
   * @throws {UnreadableLogError} when the log cannot be read at `fetchedOffset`.
   */
  records(): RecordCursor;
}

/** The origin of a batch in the log. One leader of the partition wrote all of it. */
export interface BatchOrigin {
  /**
   * The leader's epoch: each election gives a greater one. Two logs that hold a batch of the same leader at the same
   * offset are equal up to that offset.
   */
  readonly leaderEpoch: number;
  /** First offset of the stored batch; below `fetchedOffset` when that lies inside the batch. */
  readonly firstOffset: number;
  /**
   * Number of the broker's answer that delivered it, greater than those of earlier answers. Batches of one answer come
   * from one log, in order.
   */
  readonly fetch: number;
}

/** A stored batch that cannot be decoded. Its records are dead letters, known only by their offsets. */
export interface UndecodableRange {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Number of records according to the batch header. */
  readonly records: number;
  readonly reason: UndecodableReason;
  readonly detail: string;
}

/**
 * The offsets of a partition. `earliest` <= `stable` <= `latest`, unless the log was truncated between the requests.
 */
export interface OffsetRange {
  /** Oldest offset that can still be read. */
  readonly earliest: number;
  /** End of the log (exclusive): the offset that the next record will get. Open transactions lie below it. */
  readonly latest: number;
  /**
   * Last stable offset (exclusive). A consumer of committed records cannot read beyond it while a transaction is open.
   */
  readonly stable: number;
}

/** The source of records: Kafka's side of the core. */
export interface EventSource {
  /**
   * Reads a partition from an offset on. Batches that were fetched before may still be delivered: the receiver compares
   * each batch's `fetchedOffset`.
   */
  readFrom(partition: number, offset: number): void;
  /**
   * The current offsets of every partition of the topic. Undefined stands for a partition whose offsets cannot be read
   * now, because it has no leader or its leader does not answer; it does not delay the others.
   */
  offsets(): Promise<ReadonlyMap<number, OffsetRange | undefined>>;
  /**
   * Checks that this consumer is still a member of its group, then has its partitions assigned anew. No batch is
   * delivered until then.
   */
  reclaim(): void;
  /**
   * Commits offsets to the consumer group for lag monitoring only. They are never read back; a failure is not thrown.
   */
  commitOffsetsForLag(nextOffsets: ReadonlyMap<number, number>): Promise<void>;
}

/** The core's side of the source. */
export interface RecordReceiver {
  /** These partitions, and no others, are read from now on. Reading of each starts with a call of `readFrom`. */
  onPartitionsAssigned(partitions: readonly number[]): Promise<void>;
  /**
   * @returns whether the batch was taken. If not, the source delivers no other of its partition before a `readFrom`.
   */
  onBatch(batch: RecordBatch): boolean;
  /** Undefined while there is capacity for another batch, else a promise to await before the next call. */
  waitForCapacity(partition: number): Promise<unknown> | undefined;
}

/**
 * The log holds no readable batch at the partition's offset. Thrown by `RecordBatch.records`; the event source's
 * message states the fault and the remedy.
 */
export class UnreadableLogError extends Error {
  readonly code: 'UNREADABLE_BATCH' | 'OLD_MESSAGE_FORMAT';
  override readonly name = 'UnreadableLogError';

  constructor(code: UnreadableLogError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
