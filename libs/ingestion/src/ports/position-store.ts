import type { TotalColumns, UserHourColumns } from '@antenna/aggregation';
import type { DeadLetterReason, RejectionReason } from '@antenna/event-schema';
import type { StoredFile } from './event-archive.ts';

/** A consumer of the topic with a position of its own. Each record below the position went to the sink exactly once. */
export type Sink = 'totals' | 'archive';

/** Identifies the last record that was read below a position. */
export interface Fingerprint {
  readonly offset: number;
  readonly hash: string;
}

export interface OpenIntent {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly decoderVersion: number;
  readonly paths: readonly string[];
  /** The last record of the chunk; undefined when an earlier version of this program recorded the intent. */
  readonly fingerprint?: Fingerprint | undefined;
}

export interface ClaimedPosition {
  readonly sink: Sink;
  readonly partition: number;
  readonly nextOffset: number;
  readonly epoch: number;
  readonly fingerprint: Fingerprint | undefined;
  /** Only for the archive. */
  readonly openIntent: OpenIntent | undefined;
  /** How many truncations of the partition's log were acknowledged. File names contain it. */
  readonly generation: number;
  /**
   * Only for the archive: how long records beyond the position and beyond the open intent have been waiting, by the
   * store's clock; undefined while no such record is known.
   */
  readonly waitingMs: number | undefined;
}

/** The move of a position by one commit, from `from` to `to`. */
export interface PositionMove {
  readonly partition: number;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  readonly fingerprint: Fingerprint | undefined;
  /** Greatest of min(event time, record timestamp), or undefined when the range holds no event. */
  readonly greatestEventTimeMs: number | undefined;
}

/** A record that does not hold a valid event, stored with the reason of its rejection. */
export interface DeadLetter {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly reason: RejectionReason;
  readonly detail: string;
  /** The first bytes of the record's key and value. The rest can be read again from Kafka. */
  readonly key: Uint8Array | null;
  readonly payload: Uint8Array | null;
  /** Length of the whole value; undefined for a tombstone. */
  readonly payloadBytes: number | undefined;
}

/** Dead letters of a flood or of undecodable batches. They are counted; their offsets lead back to Kafka. */
export interface DeadLetterRange {
  readonly partition: number;
  readonly reason: DeadLetterReason;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** How many records of the range have this reason and are not stored whole. */
  readonly records: number;
}

/** The events of a commit in one hour (by event time) of one partition. */
export interface HourCount {
  readonly partition: number;
  /** Start of the hour, milliseconds since 1970. */
  readonly hourMs: number;
  readonly events: number;
  /** Sum of the events' bytes. */
  readonly eventBytes: bigint;
  /** Offset of the last event. */
  readonly lastOffset: number;
}

/** One bucket of the lateness histogram of a commit. */
export interface LatenessBucket {
  /** Upper bound (inclusive) of the bucket, milliseconds: one of LATENESS_BOUNDS_MS of windowing. */
  readonly atMostMs: number;
  readonly events: number;
  /** Events of the bucket that are later than the allowed lateness. */
  readonly lateEvents: number;
}

/** The lateness of one antenna's events in a commit. At least one event is late, or ahead of its record. */
export interface AntennaLateness {
  /** Empty in the row that sums up all antennas without a row of their own. */
  readonly antennaId: string;
  readonly events: number;
  readonly lateEvents: number;
  /** Events whose time is more than a second after their record's timestamp: the clock is ahead. */
  readonly aheadEvents: number;
  /** Least and greatest lateness, milliseconds; negative if the clock is ahead. */
  readonly leastMs: number;
  readonly greatestMs: number;
}

/** How late the events of a commit are. Events whose record has no timestamp have no lateness. */
export interface EventLateness {
  /** Only buckets with events, in the order of their bounds. */
  readonly buckets: readonly LatenessBucket[];
  /** The sum of all latenesses, milliseconds. */
  readonly sumMs: number;
  /** At most MAX_NAMED_ANTENNAS antennas with late events or events ahead, and one row for the other such antennas. */
  readonly antennas: readonly AntennaLateness[];
}

/** All that one commit of the totals makes durable. Rows and moves are sorted by their keys. */
export interface TotalsCommit {
  readonly moves: readonly PositionMove[];
  readonly totals: TotalColumns;
  readonly userHours: UserHourColumns;
  /** Sorted by hour and partition. They show which events of an hour the archive still lacks. */
  readonly hourCounts: readonly HourCount[];
  readonly lateness: EventLateness;
  /** The dead letters that are stored whole. */
  readonly deadLetters: readonly DeadLetter[];
  /** All other dead letters: at most one range for each partition and reason. */
  readonly deadLetterRanges: readonly DeadLetterRange[];
}

export interface ChunkIntent extends OpenIntent {
  readonly partition: number;
  readonly epoch: number;
}

export interface ArchivedFile extends StoredFile {
  readonly path: string;
  /** Start of the hour, milliseconds since 1970. */
  readonly hourMs: number;
  readonly rows: number;
  /** Sum of the events' bytes. */
  readonly eventBytes: bigint;
  /** Events whose id an erasure has removed: 0, except in a file that was adopted after a restore of the database. */
  readonly erasedEvents: number;
}

export interface CompletedChunk {
  readonly move: PositionMove;
  readonly decoderVersion: number;
  /** Sorted by path; empty when the chunk holds only dead letters. */
  readonly files: readonly ArchivedFile[];
  /** Whether this call closes an open intent. */
  readonly hasIntent: boolean;
}

/** Stops and resumes the taking of fetched records, which competes with the sending of rows for the worker's main thread. */
export interface Reading {
  pause(): void;
  resume(): void;
}

/** Positions and totals. Every call is one transaction. */
export interface PositionStore {
  /**
   * Claims the partitions: raises the epoch of each sink's position, so that every call of the previous owner is
   * refused from now on. A position that does not exist yet starts at 0.
   * @throws {IncompatibleStoreError} when the store belongs to another stream or schema version.
   */
  claim(sinks: readonly Sink[], partitions: readonly number[]): Promise<readonly ClaimedPosition[]>;
  /**
   * Adds the totals and moves the positions, all or nothing.
   * @throws {FenceLostError} when a position is not at `from` or its epoch is not ours.
   * @throws {CommitTooLongError} when it takes longer than the statement time-out.
   * @throws {SumOutOfRangeError} when a sum would leave the range of a 64-bit integer.
   * A call that throws one of these changes nothing.
   * @param reading is paused while the rows of a large commit are sent: Postgres cannot begin its transaction before.
   */
  commitTotals(commit: TotalsCommit, reading?: Reading): Promise<void>;
  /**
   * Records the paths of the chunk's files before the first file exists.
   * @throws {FenceLostError} when the position is not at `startOffset`, its epoch is not ours, or another intent is open.
   */
  recordIntent(chunk: ChunkIntent): Promise<void>;
  /**
   * Moves the archive's position, lists the files and raises the revision of each hour touched; closes the intent.
   * @throws {FenceLostError} when the position is not at `from`, its epoch is not ours, or the intent is not open.
   */
  completeChunk(chunk: CompletedChunk): Promise<void>;
}

/** Another worker has claimed a position, or moved it. The worker discards its unsaved records. */
export class FenceLostError extends Error {
  readonly code = 'FENCE_LOST';
  override readonly name = 'FenceLostError';
}

/** A commit took longer than the database's statement time-out. It is made again with half as many records. */
export class CommitTooLongError extends Error {
  readonly code = 'COMMIT_TOO_LONG';
  /** The same commit would take as long again. */
  readonly retryable = false;
  override readonly name = 'CommitTooLongError';
}

/** A sum of the totals would leave the range of a 64-bit integer. */
export class SumOutOfRangeError extends Error {
  readonly code = 'SUM_OUT_OF_RANGE';
  override readonly name = 'SumOutOfRangeError';
}
