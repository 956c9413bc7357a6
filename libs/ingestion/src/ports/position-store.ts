import type { TotalColumns, UserHourColumns } from '@antenna/aggregation';
import type { DeadLetterReason, RejectionReason } from '@antenna/event-schema';
import type { StoredFile } from './event-archive.ts';

/** A consumer of the topic: everything of a partition up to a position goes to each sink exactly once. */
export type Sink = 'totals' | 'archive';

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

/** Another worker has claimed a position since, or it is not where we left it: whatever is unsaved must be thrown away. */
export class FenceLostError extends Error {
  readonly code = 'FENCE_LOST';
  override readonly name = 'FenceLostError';
}

/** A commit took longer than the database lets a statement take: it is made again with half as many records. */
export class CommitTooLongError extends Error {
  readonly code = 'COMMIT_TOO_LONG';
  /** The same again would take as long. */
  readonly retryable = false;
  override readonly name = 'CommitTooLongError';
}

/** A sum of the totals would leave the range of a 64-bit integer. */
export class SumOutOfRangeError extends Error {
  readonly code = 'SUM_OUT_OF_RANGE';
  override readonly name = 'SumOutOfRangeError';
}
