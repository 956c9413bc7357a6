import type { TotalColumns, UserHourColumns } from '@antenna/aggregation';
import type { DeadLetterReason, RejectionReason, UndecodableReason } from '@antenna/event-schema';
import type { EventColumns } from './event-columns.ts';
import type { FaultCode } from './partition-fault.ts';

/** A consumer of the topic: everything of a partition up to a position goes to each sink exactly once. */
export type Sink = 'totals' | 'archive';

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
  /** The batch is one that nobody can decode, and has no records. */
  readonly undecodable?: UndecodableRange | undefined;
  /**
   * @returns a cursor before the first record.
   * @throws an error with a `code`, when the partition cannot be read on from `fetchedOffset`.
   */
  records(): RecordCursor;
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
  showProgress(nextOffsets: ReadonlyMap<number, number>): Promise<void>;
}

/** What the source asks of the core. */
export interface RecordReceiver {
  /** These partitions, and no others, are read from now on. Each is read once `readFrom` has said from where. */
  assigned(partitions: readonly number[]): Promise<void>;
  /** Whether the batch was taken. One that was not is to be followed by no other until `readFrom` has been called. */
  take(batch: RecordBatch): boolean;
  /** Undefined while there is room for another batch, else a promise to wait for before asking again. */
  room(partition: number): Promise<unknown> | undefined;
}

/** The last record that was seen below a position. */
export interface Fingerprint {
  readonly offset: number;
  readonly hash: string;
}

export interface OpenIntent {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly decoderVersion: number;
  readonly paths: readonly string[];
}

export interface ClaimedPosition {
  readonly sink: Sink;
  readonly partition: number;
  readonly nextOffset: number;
  readonly epoch: number;
  readonly fingerprint: Fingerprint | undefined;
  /** Of the archive only. */
  readonly openIntent: OpenIntent | undefined;
  /** Of the partition's log: how many times it was truncated and the truncation acknowledged. Names of files carry it. */
  readonly generation: number;
  /**
   * Of the archive only: for how long records beyond the position, and beyond the open intent, have been known to wait, by
   * the store's clock; undefined while none are known.
   */
  readonly waitingMs: number | undefined;
}

/** A position's way from one flush to the next. */
export interface PositionMove {
  readonly partition: number;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  readonly fingerprint: Fingerprint | undefined;
  /** Greatest of min(event time, record timestamp), or undefined when the range holds no event. */
  readonly greatestEventTimeMs: number | undefined;
}

/** A record that is no event, kept with the reason. */
export interface DeadLetter {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly reason: RejectionReason;
  readonly detail: string;
  /** The beginning of the record's key and value; the rest can be read again from Kafka. */
  readonly key: Uint8Array | null;
  readonly payload: Uint8Array | null;
  /** Length of the whole value; undefined for a tombstone. */
  readonly payloadBytes: number | undefined;
}

/** Dead letters of a flood, or of batches that nobody can decode: counted, and found in Kafka again by their offsets. */
export interface DeadLetterRange {
  readonly partition: number;
  readonly reason: DeadLetterReason;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** How many records from the first offset to the last have this reason and are not stored whole. */
  readonly records: number;
}

/** Events of one hour (by event time) that a commit counts in a partition. */
export interface HourCount {
  readonly partition: number;
  /** Start of the hour, milliseconds since 1970. */
  readonly hourMs: number;
  readonly events: number;
  /** Sum of the events' bytes. */
  readonly eventBytes: bigint;
  /** Offset of the last of them. */
  readonly lastOffset: number;
}

/** Everything that one commit of the totals makes durable. Rows and moves are sorted by their keys. */
export interface TotalsCommit {
  readonly moves: readonly PositionMove[];
  readonly totals: TotalColumns;
  readonly userHours: UserHourColumns;
  /** Sorted by hour and partition. What the archive lacks of an hour is found by them. */
  readonly hourCounts: readonly HourCount[];
  /** Those that are stored whole. */
  readonly deadLetters: readonly DeadLetter[];
  /** All others: at most one range for a partition and reason. */
  readonly deadLetterRanges: readonly DeadLetterRange[];
}

/** Positions and totals. Every call is one transaction. */
export interface PositionStore {
  /**
   * Takes the partitions over: raises the epoch of each sink's position, so that whoever held it is refused from now
   * on. A position that does not exist yet starts at 0.
   * @throws {IncompatibleStoreError} when the store belongs to another stream or schema version.
   */
  claim(sinks: readonly Sink[], partitions: readonly number[]): Promise<readonly ClaimedPosition[]>;
  /**
   * Adds the totals and moves the positions, all or nothing.
   * @throws {FenceLostError} when a position is not at `from` or its epoch is not ours.
   * @throws {CommitTooLongError} when it takes longer than a statement may.
   * @throws {SumOutOfRangeError} when a sum would leave the range of a 64-bit integer.
   * Nothing is changed then.
   */
  commitTotals(commit: TotalsCommit): Promise<void>;
  /**
   * Records which files the chunk is going to be, before the first of them exists.
   * @throws {FenceLostError} likewise, and when the partition has an open intent.
   */
  recordIntent(chunk: ChunkIntent): Promise<void>;
  /**
   * Moves the archive's position, lists the files and raises the revision of each hour touched; closes the intent.
   * @throws {FenceLostError} likewise.
   */
  completeChunk(chunk: CompletedChunk): Promise<void>;
}

export interface ChunkIntent {
  readonly partition: number;
  readonly epoch: number;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly decoderVersion: number;
  readonly paths: readonly string[];
}

export interface ArchivedFile extends StoredFile {
  readonly path: string;
  /** Start of the hour, milliseconds since 1970. */
  readonly hourMs: number;
  readonly rows: number;
  /** Sum of the events' bytes. */
  readonly eventBytes: bigint;
}

export interface CompletedChunk {
  readonly move: PositionMove;
  readonly decoderVersion: number;
  /** Sorted by path; none when the chunk holds nothing but dead letters. */
  readonly files: readonly ArchivedFile[];
  /** Whether an intent is open that this call closes. */
  readonly hasIntent: boolean;
}

export interface StoredFile {
  readonly sizeBytes: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly checksum: string;
}

/** The archive's files. Paths are relative to its root. */
export interface EventArchive {
  /**
   * Creates the file with exactly these rows. A file of that name is never overwritten.
   * The file is visible whole or not at all, and durable when the call returns.
   * @returns undefined when a file of that name exists already.
   */
  create(path: string, rows: EventColumns): Promise<StoredFile | undefined>;
  /** Reads a file back whole. */
  read(path: string): Promise<{ readonly file: StoredFile; readonly rows: EventColumns }>;
}

/** Processing time. Event time never comes from here. */
export interface Clock {
  /** Milliseconds since 1970, monotonic enough to measure waiting. */
  nowMs(): number;
}

/**
 * Repeats an operation with backoff for as long as it fails for a passing reason (an unreachable service, say).
 * Any other failure is thrown at once; so is the last one when `wanted.aborted` has become true meanwhile.
 */
export type Retry = <T>(name: string, operation: () => Promise<T>, wanted: { readonly aborted: boolean }) => Promise<T>;

/** What operators want to see. Must not throw. */
export interface IngestionObserver {
  observe(event: IngestionEvent): void;
}

export type IngestionEvent =
  | { readonly kind: 'claimed'; readonly partitions: readonly number[] }
  | { readonly kind: 'batch'; readonly partition: number; readonly records: number; readonly lagRecords: number }
  /** How far the partition's end is from what has been taken of it; undefined when its end cannot be read. */
  | { readonly kind: 'lag'; readonly partition: number; readonly lagRecords: number | undefined }
  | {
      readonly kind: 'committed';
      readonly commit: TotalsCommit;
      readonly events: number;
      readonly eventBytes: bigint;
      readonly durationMs: number;
    }
  | { readonly kind: 'archived'; readonly partition: number; readonly files: readonly ArchivedFile[] }
  | { readonly kind: 'intents'; readonly open: number }
  | { readonly kind: 'refused'; readonly operation: string; readonly message: string }
  | { readonly kind: 'commit-divided'; readonly records: number; readonly code: string; readonly message: string }
  | {
      readonly kind: 'partition-stopped';
      readonly partition: number;
      readonly code: FaultCode;
      readonly message: string;
    }
  | { readonly kind: 'partition-resumed'; readonly partition: number }
  | {
      readonly kind: 'unexpected-batch';
      readonly partition: number;
      readonly expected: number;
      readonly fetched: number;
    };

export interface IngestionPorts {
  readonly source: EventSource;
  readonly store: PositionStore;
  /** Undefined when the totals are the only sink. */
  readonly archive: EventArchive | undefined;
  readonly clock: Clock;
  readonly retry: Retry;
  readonly observer: IngestionObserver;
}

export interface IngestionSettings {
  readonly topic: string;
  /** Always with `totals`, which also keeps the dead letters. */
  readonly sinks: readonly Sink[];
  /** How long the oldest unsaved event may wait for a commit; twice as long while the worker is behind. */
  readonly flushIntervalMs: number;
  readonly flushMaxEvents: number;
  /** Dead letters of a partition that are stored whole at once, and again within an hour; the others as ranges. */
  readonly deadLettersWhole: number;
  /** Rows in open chunks of all partitions together at which the largest chunk is written. */
  readonly archiveRollRows: number;
  /** How long the oldest row of a chunk may wait for its file, whoever has held the partition meanwhile. */
  readonly archiveRollIntervalMs: number;
}
