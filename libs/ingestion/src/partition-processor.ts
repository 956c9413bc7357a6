import type { EventDecoder, InternedEvent, Rejection } from '@antenna/event-schema';
import { advanceEventTime } from '@antenna/windowing';
import type { DeadLetterRateLimiter } from './totals-sink/dead-letter-rate-limiter.ts';
import { deadLetterOf } from './totals-sink/dead-letter.ts';
import { LogTruncatedError } from './start-offset.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type LastSeen, SeenRecords } from './seen-records.ts';
import { LogContinuity } from './log-continuity.ts';
import { RecordAhead } from './record-ahead.ts';
import type { PartitionArchive } from './archive-sink/partition-archive.ts';
import type { PendingTotals } from './totals-sink/pending-totals.ts';
import type {
  ClaimedPosition,
  Fingerprint,
  PositionMove,
  RecordBatch,
  RecordCursor,
  Sink,
  SourceRecord,
  UndecodableRange,
} from './ports/index.ts';

/** One claimed partition. It takes the partition's records in order and gives each sink those from its position on. */
export class PartitionProcessor {
  readonly partition: number;
  readonly archive: PartitionArchive | undefined;
  readonly #totals: ClaimedPosition;
  readonly #rateLimiter: DeadLetterRateLimiter;
  readonly #decoder: EventDecoder;
  /** If a sink or an open intent is ahead of a sink: its last record, which is compared before any record is taken. */
  #ahead: RecordAhead | undefined;
  #processedTo: number;
  /** The offset to read from next, where it is not `#processedTo`: to compare records, or to inspect batches. */
  #detour: number | undefined;
  #lag = 0;
  #totalsNext: number;
  #flushedTo: number;
  /** -Infinity before the first event. Where a field may also be undefined, V8 allocates an object for each number. */
  #greatestEventTimeMs = -Infinity;
  #fingerprint: Fingerprint | undefined;
  readonly #seen: SeenRecords;
  readonly #continuity: LogContinuity;
  #isStopped = false;

  constructor(
    start: number,
    {
      totals,
      archive,
      seen,
      rateLimiter,
      decoder,
    }: {
      totals: ClaimedPosition;
      archive: PartitionArchive | undefined;
      /** The last records below the positions of both sinks. */
      seen: readonly LastSeen[];
      rateLimiter: DeadLetterRateLimiter;
      /** Shared by all partitions of a worker, since the same texts occur in all of them. */
      decoder: EventDecoder;
    },
  ) {
    this.partition = totals.partition;
    this.#continuity = new LogContinuity(this.partition);
    this.archive = archive;
    this.#totals = totals;
    this.#rateLimiter = rateLimiter;
    this.#decoder = decoder;
    this.#processedTo = start;
    this.#totalsNext = totals.nextOffset;
    this.#flushedTo = totals.nextOffset;
    const readable = seen.filter(({ fingerprint }) => fingerprint.offset >= start);
    this.#seen = new SeenRecords(readable);
    const [ahead] = readable
      .filter(({ fingerprint }) => fingerprint.offset > start)
      .sort((left, right) => right.fingerprint.offset - left.fingerprint.offset);
    this.#ahead = ahead && new RecordAhead(this.partition, ahead);
    this.#detour = ahead?.fingerprint.offset;
  }

  /** The offset that the next batch has to be fetched from. Any other batch is stale, or follows a silent reset. */
  get expectedOffset(): number {
    return this.#detour ?? this.#processedTo;
  }

  /** Offsets from the end of the last batch to the high watermark of its fetch. */
  get lag(): number {
    return this.#lag;
  }

  /** The first record that a sink lacks. Records before it are read only to compare them with a fingerprint. */
  get firstMissing(): { readonly sink: Sink; readonly partition: number; readonly position: number } {
    const { partition, archive } = this;
    if (archive !== undefined && archive.nextOffset < this.#totalsNext) {
      return { sink: 'archive', partition, position: archive.nextOffset };
    }
    return { sink: 'totals', partition, position: this.#totalsNext };
  }

  /** Whether the partition takes no more records, because of a fault. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Whether the totals have taken records that no flush has included yet. */
  get hasUnflushed(): boolean {
    return this.#totalsNext !== this.#flushedTo;
  }

  /** Takes no more records; those taken before can still be saved. */
  stop(): void {
    this.#isStopped = true;
    this.#lag = 0;
    this.archive?.seal();
  }

  /** Nothing can be read until the partition has a leader again: what waits there is no backlog that comes to an end. */
  noteLeaderLost(): void {
    this.#lag = 0;
  }

  /** Every sink has taken all records below this offset. */
  get processedTo(): number {
    return this.#processedTo;
  }

  /**
   * Whether a batch that was fetched from the expected offset is only compared or inspected, not taken: because the log
   * may not be the one that a sink ahead has read, or may have been truncated before the batch. If so, the expected
   * offset changes.
   * @throws {LogTruncatedError} when a record that was fetched for comparison differs from the one read before.
   */
  isOnlyCompared(batch: RecordBatch): boolean {
    this.#detour = this.#ahead?.offsetBefore(batch, this.#processedTo) ?? this.#continuity.doubtedFrom(batch);
    return this.#detour !== undefined;
  }

  /**
   * Takes a batch that was fetched from the expected offset, or its first `maxRecords` (at least 1).
   * @throws {LogTruncatedError} when the log differs from the records that were seen below a position (SeenRecords). The
   * records before the difference are taken.
   */
  process(batch: RecordBatch, pending: PendingTotals, { nowMs, maxRecords }: BatchLimits): ProcessedRecords {
    this.#rateLimiter.refill(nowMs);
    const record = batch.records();
    const records = this.#takeRecords(record, pending, { nowMs, maxRecords });
    if (records > 0) this.#endBatch(fingerprintOf(record.record()));
    const rejected = batch.undecodable === undefined ? 0 : this.#countUndecodable(batch.undecodable, pending);
    const lastOffset = record.offset;
    const isWhole = records < maxRecords || !record.next();
    const end = isWhole ? batch.nextOffset : lastOffset + 1;
    const missing = this.#seen.isDone ? undefined : this.#seen.differenceBelow(end, batch);
    this.#continuity.took(end, batch.origin);
    this.advanceTo(missing?.offset ?? end, pending, nowMs);
    if (missing !== undefined) throw new LogTruncatedError(this.partition, missing.fact);
    this.#lag = Math.max(0, batch.highWatermark - this.#processedTo);
    return { records: records + rejected, isWhole };
  }

  /** Moves both sinks to `nextOffset`: control records and gaps below it count as taken. */
  advanceTo(nextOffset: number, pending: PendingTotals, nowMs: number): void {
    this.#processedTo = Math.max(this.#processedTo, nextOffset);
    this.#totalsNext = Math.max(this.#totalsNext, nextOffset);
    this.archive?.advanceTo(nextOffset, nowMs);
    if (this.#totalsNext > this.#flushedTo) pending.startWaiting(nowMs);
  }

  /** The log now begins at `earliest`, and no sink lacks a record below it. */
  beginAt(earliest: number, pending: PendingTotals, nowMs: number): void {
    this.#continuity.forgetBefore(earliest);
    this.#seen.forgetBefore(earliest);
    if (this.#ahead !== undefined && this.#ahead.offset < earliest) this.#ahead = undefined;
    if (this.#detour !== undefined && this.#detour < earliest) this.#detour = undefined;
    this.advanceTo(earliest, pending, nowMs);
  }

  /** The move of the position that a flush of all taken records makes; undefined when none was taken. */
  beginFlush(): PositionMove | undefined {
    if (this.#totalsNext === this.#flushedTo) return undefined;
    const move = {
      partition: this.partition,
      epoch: this.#totals.epoch,
      from: this.#flushedTo,
      to: this.#totalsNext,
      fingerprint: this.#fingerprint,
      greatestEventTimeMs: this.#greatestEventTimeMs === -Infinity ? undefined : this.#greatestEventTimeMs,
    };
    this.#flushedTo = this.#totalsNext;
    this.#fingerprint = undefined;
    this.#greatestEventTimeMs = -Infinity;
    return move;
  }

  #takeRecords(record: RecordCursor, pending: PendingTotals, { nowMs, maxRecords }: BatchLimits): number {
    let records = 0;
    let before: SourceRecord | undefined;
    for (; records < maxRecords && record.next(); records += 1) {
      if (!this.#seen.isDone) {
        const difference = this.#seen.differenceAt(record);
        if (difference !== undefined) this.#refuse(difference, before, { pending, nowMs });
        before = record.record();
      }
      this.#takeRecord(record, pending);
    }
    return records;
  }

  #takeRecord(record: RecordCursor, pending: PendingTotals): void {
    const forTotals = record.offset >= this.#totalsNext;
    const forArchive = this.archive !== undefined && record.offset >= this.archive.nextOffset;
    if (!forTotals && !forArchive) return;
    if (record.ahead !== undefined) pending.totals.prefetch(this.#decoder.prefetch(record.ahead));
    const decoded = this.#decoder.decode(record.bytes, record.timestampMs, record.valueStart, record.valueEnd);
    if (forTotals) {
      if (decoded.ok) this.#count(record, decoded.event, pending);
      else this.#reject(record, decoded, pending);
      this.#totalsNext = record.offset + 1;
    }
    if (forArchive) this.archive.append(record, decoded.ok ? decoded.event : undefined);
  }

  #count({ offset, timestampMs }: RecordCursor, event: InternedEvent, pending: PendingTotals): void {
    pending.totals.add(event);
    pending.hourCounts.add(this.partition, offset, event);
    pending.lateness.add(timestampMs, event);
    this.#greatestEventTimeMs = advanceEventTime(this.#greatestEventTimeMs, event.eventTimeMs, timestampMs);
  }

  /** @param fingerprint of the batch's last record; a sink that is already beyond it ignores it. */
  #endBatch(fingerprint: Fingerprint): void {
    if (fingerprint.offset >= this.#flushedTo && fingerprint.offset < this.#totalsNext) this.#fingerprint = fingerprint;
    this.archive?.endBatch(fingerprint);
  }

  /** A rejected record becomes a dead letter that is stored whole or, in a flood, only counted. */
  #reject(record: RecordCursor, rejection: Rejection, pending: PendingTotals): void {
    if (this.#rateLimiter.tryConsume()) pending.addDeadLetter(deadLetterOf(this.partition, record.record(), rejection));
    else pending.countDeadLetter(this.partition, record.offset, rejection.reason);
  }

  /** Adds the records of an undecodable batch to the dead letters, from the totals' position on. @returns how many. */
  #countUndecodable({ firstOffset, lastOffset, records, reason }: UndecodableRange, pending: PendingTotals): number {
    const first = Math.max(firstOffset, this.#totalsNext);
    const added = Math.min(records, lastOffset - first + 1);
    if (added <= 0) return 0;
    pending.deadLetterRanges.add({
      partition: this.partition,
      reason,
      firstOffset: first,
      lastOffset,
      records: added,
    });
    return added;
  }

  /** Ends the batch before the difference: both sinks keep the records up to there. */
  #refuse(
    difference: string,
    before: SourceRecord | undefined,
    { pending, nowMs }: { readonly pending: PendingTotals; readonly nowMs: number },
  ): never {
    if (before !== undefined) {
      this.#endBatch(fingerprintOf(before));
      this.advanceTo(before.offset + 1, pending, nowMs);
    }
    throw new LogTruncatedError(this.partition, difference);
  }
}

/** How many records of a batch may be taken, and the processing time (milliseconds since 1970). */
export interface BatchLimits {
  readonly nowMs: number;
  readonly maxRecords: number;
}

export interface ProcessedRecords {
  readonly records: number;
  /** Whether the batch holds no further record. */
  readonly isWhole: boolean;
}
