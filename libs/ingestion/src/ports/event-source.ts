import type { UndecodableReason } from '@antenna/event-schema';

/** A Kafka record as far as this product looks at it. */
export interface SourceRecord {
  readonly offset: number;
  /** The record's own timestamp (milliseconds since 1970), set by the producer or the broker. */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/**
 * Comes to one record after the other, in the order of their offsets, and tells about the one that it has come to last.
 * A record of its own for each would take longer than decoding it does.
 */
export interface RecordCursor {
  /** @returns false when there is none left; the last one is told about further on. */
  next(): boolean;
  readonly offset: number;
  readonly timestampMs: number;
  /** The record's value is [valueStart, valueEnd) of these; null for a tombstone. */
  readonly bytes: Uint8Array | null;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** The record by itself, as a view of the same bytes. */
  record(): SourceRecord;
}

/** What a fetch brought of a partition, or a part of that. It has no records where the log holds none to deliver. */
export interface RecordBatch {
  readonly partition: number;
  /** The offset that was asked for: not that of the first record, since offsets may have gaps. */
  readonly fetchedOffset: number;
  /** The offset to ask for next: past the last record, and past transaction markers and aborted records behind it. */
  readonly nextOffset: number;
  /** End of the partition (exclusive) when the batch was fetched. */
  readonly highWatermark: number;
  /** Undefined where nothing can be read, or where the source does not know it: then the batch is not compared with the one before. */
  readonly origin?: BatchOrigin | undefined;
  /** The batch is one that nobody can decode, and has no records. */
  readonly undecodable?: UndecodableRange | undefined;
  /**
   * @returns a cursor before the first record.
   * @throws an error with a `code`, when the partition cannot be read on from `fetchedOffset`.
   */
  records(): RecordCursor;
}

/** Where a batch comes from. One leader of the partition wrote all of it. */
export interface BatchOrigin {
  /**
   * Number of that leader: each election gives a greater one. Two logs that hold a batch of the same leader at the same
   * offset are the same up to there.
   */
  readonly leaderEpoch: number;
  /** Where the log's own batch begins: below `fetchedOffset` where that lies inside of it. */
  readonly firstOffset: number;
  /** Number of the broker's answer that brought it: batches of one answer follow each other in one log. */
  readonly fetch: number;
}

/** A stored batch whose records nobody can decode: they are dead letters, and known by their offsets only. */
export interface UndecodableRange {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** How many records the batch has, as its head says. */
  readonly records: number;
  readonly reason: UndecodableReason;
  readonly detail: string;
}

/** What a partition holds. `earliest` <= `stable` <= `latest`, unless the log was truncated between the readings. */
export interface OffsetRange {
  /** Oldest offset that can still be read. */
  readonly earliest: number;
  /** End of the log (exclusive): the offset that the next record will get. Open transactions lie below it. */
  readonly latest: number;
  /** Last stable offset (exclusive): a consumer that reads committed records gets no further while a transaction is open. */
  readonly stable: number;
}

/** What the core asks of Kafka. */
export interface EventSource {
  /**
   * Reads a partition from an offset on. Batches fetched before may still be delivered afterwards: whoever takes a
   * batch compares the offset that it was fetched from.
   */
  readFrom(partition: number, offset: number): void;
  /**
   * The offsets that the topic holds now, of every partition that it has. Undefined stands for a partition whose offsets
   * cannot be read now, since it has no leader or the leader does not answer; the others are not held up by it.
   */
  offsets(): Promise<ReadonlyMap<number, OffsetRange | undefined>>;
  /**
   * Makes sure that this consumer is still a member of its group, then has its partitions assigned anew. Until then no
   * batch is delivered.
   */
  reclaim(): void;
  /** Shows progress to lag tools. Never read back; a failure is of no consequence and is not thrown. */
  commitOffsetsForLag(nextOffsets: ReadonlyMap<number, number>): Promise<void>;
}

/** What the source asks of the core. */
export interface RecordReceiver {
  /** These partitions, and no others, are read from now on. Each is read once `readFrom` has said from where. */
  onPartitionsAssigned(partitions: readonly number[]): Promise<void>;
  /** Whether the batch was taken. One that was not is to be followed by no other until `readFrom` has been called. */
  onBatch(batch: RecordBatch): boolean;
  /** Undefined while there is room for another batch, else a promise to wait for before asking again. */
  waitForCapacity(partition: number): Promise<unknown> | undefined;
}

/**
 * A partition cannot be read on from where it is, since the log holds no readable batch there. Thrown by
 * `RecordBatch.records`; the event source says what is wrong and what to do.
 */
export class UnreadableLogError extends Error {
  readonly code: 'UNREADABLE_BATCH' | 'OLD_MESSAGE_FORMAT';
  override readonly name = 'UnreadableLogError';

  constructor(code: UnreadableLogError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
