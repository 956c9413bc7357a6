import type { InternedEvent } from '@antenna/event-schema';
import { EventsByHour } from '@antenna/archive-format';
import { fingerprintOf } from '../fingerprint.ts';
import type { ClaimedPosition, Fingerprint, OpenIntent, RecordCursor, SourceRecord } from '../ports/index.ts';

/**
 * Maximum event hours of a chunk, each of which is a file. The chunk ends before the event that would add another hour.
 * Without this bound, a device that sends random times would split a chunk into tens of thousands of files, which all
 * have to be written before the archive's position moves. The bound is some forty days, so that replaying a month does
 * not create more chunks than its rows require.
 */
export const MAX_HOURS_OF_CHUNK = 1_000;

/**
 * How long a worker whose claim finds the roll interval already over reads on, before it writes a chunk. It tries to
 * read all that the topic held at the claim.
 */
const MAX_CATCH_UP_MS = 5_000;

/**
 * When a record has waited for this many roll intervals at a claim, the earlier claims ended before they had archived
 * the record. This claim then archives the records that it has read without the catch-up time.
 */
const INTERVALS_WITHOUT_CATCH_UP = 2;

/** A chunk [startOffset, endOffset) of a partition that accepts no more rows and waits to be written. */
export interface SealedChunk {
  readonly partition: number;
  readonly epoch: number;
  /** The log's generation when the partition was claimed. */
  readonly generation: number;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly events: EventsByHour;
  readonly fingerprint: Fingerprint | undefined;
  /** The open intent of a predecessor for exactly this range. */
  readonly intent: OpenIntent | undefined;
}

/** The time of a claim, and the end of the partition's log at that time. */
export interface ClaimMoment {
  readonly claimedMs: number;
  /** The last stable offset at the claim (exclusive); undefined when it could not be read. */
  readonly endAtClaim: number | undefined;
}

/** The archive sink of one claimed partition: collects rows, and seals them into chunks. */
export class PartitionArchive {
  readonly partition: number;
  readonly #epoch: number;
  readonly #generation: number;
  readonly sealed: SealedChunk[] = [];
  /** A chunk of this partition is being written: the next one waits, since a partition has one intent at most. */
  writing = false;
  #intent: OpenIntent | undefined;
  #start: number;
  #next: number;
  #sinceMs: number | undefined;
  readonly #claim: ClaimMoment;
  /** Since when records that the topic held at the claim have been waiting; undefined once a due chunk was sealed. */
  #waitingSinceMs: number | undefined;
  #events: EventsByHour;
  /** Fingerprint of the last record before the current batch. */
  #fingerprint: Fingerprint | undefined;
  /** The last record taken, kept only while the chunk may end behind it within the batch. */
  #lastRecord: SourceRecord | undefined;

  constructor(claimed: ClaimedPosition, claim: ClaimMoment) {
    this.partition = claimed.partition;
    this.#epoch = claimed.epoch;
    this.#generation = claimed.generation;
    this.#claim = claim;
    this.#waitingSinceMs = claimed.waitingMs === undefined ? undefined : claim.claimedMs - claimed.waitingMs;
    this.#intent = claimed.openIntent;
    this.#start = claimed.nextOffset;
    this.#next = claimed.nextOffset;
    this.#events = new EventsByHour(claimed.partition);
  }

  /** The archive has taken all records below this offset: they are archived, or in a chunk in memory. */
  get nextOffset(): number {
    return this.#next;
  }

  /** Whether the open chunk redoes a predecessor's intent. It ends where the intent ends. */
  get hasOpenIntent(): boolean {
    return this.#intent !== undefined;
  }

  /** Rows collected since the last chunk was sealed. */
  get rows(): number {
    return this.#events.rows;
  }

  /** Processing time since which the oldest record of the open chunk has been waiting; undefined while it is empty. */
  get sinceMs(): number | undefined {
    return this.#sinceMs;
  }

  append(record: RecordCursor, event: InternedEvent | undefined): void {
    if (this.#intent !== undefined && record.offset >= this.#intent.endOffset) this.#seal(this.#intent.endOffset);
    if (event !== undefined) this.#append(record.offset, event);
    if (this.#intent !== undefined || this.#events.hourCount === MAX_HOURS_OF_CHUNK) this.#lastRecord = record.record();
    this.#next = record.offset + 1;
  }

  /** @param fingerprint of the batch's last record; ignored when the open chunk begins behind that record. */
  endBatch(fingerprint: Fingerprint): void {
    if (fingerprint.offset < this.#start) return;
    this.#fingerprint = fingerprint;
    this.#lastRecord = undefined;
  }

  /** Moves the archive to `nextOffset`: offsets without a record count as taken. */
  advanceTo(nextOffset: number, nowMs: number): void {
    if (this.#intent !== undefined && nextOffset >= this.#intent.endOffset) this.#seal(this.#intent.endOffset);
    this.#next = Math.max(this.#next, nextOffset);
    if (this.#next > this.#start)
      this.#sinceMs ??= (this.#existedAtClaim(this.#start) ? this.#waitingSinceMs : undefined) ?? nowMs;
  }

  /**
   * Seals the open chunk when its oldest record has waited for the interval. Directly after a claim it may have done so
   * already: then the chunk is sealed when all records that the topic held at the claim are read, or the catch-up time
   * is over, or the record has waited for two intervals.
   */
  sealIfDue(nowMs: number, intervalMs: number): void {
    if (this.hasOpenIntent || this.#sinceMs === undefined || nowMs - this.#sinceMs < intervalMs) return;
    const catchUpEndMs = Math.min(
      this.#claim.claimedMs + Math.min(intervalMs, MAX_CATCH_UP_MS),
      this.#sinceMs + INTERVALS_WITHOUT_CATCH_UP * intervalMs,
    );
    if (this.#existedAtClaim(this.#next) && nowMs < catchUpEndMs) return;
    this.#waitingSinceMs = undefined;
    this.seal();
  }

  /** Whether records are being archived, or can be archived without reading more. */
  get hasUnsaved(): boolean {
    return this.writing || this.sealed.length > 0 || (this.#sinceMs !== undefined && !this.hasOpenIntent);
  }

  /** Discards all records that are not archived, after a file could not be written. */
  giveUp(): void {
    this.writing = false;
    this.sealed.length = 0;
    this.#start = this.#next;
    this.#sinceMs = undefined;
    this.#events = new EventsByHour(this.partition);
  }

  /** Seals the open chunk, unless it is empty or redoes an intent, which has a fixed end. */
  seal(): void {
    if (this.#intent === undefined && this.#next > this.#start) this.#seal(this.#next);
  }

  #existedAtClaim(offset: number): boolean {
    return offset < (this.#claim.endAtClaim ?? 0);
  }

  /** A redone intent keeps its end, however many hours it touches. */
  #append(offset: number, event: InternedEvent): void {
    const isFull = this.#events.hourCount === MAX_HOURS_OF_CHUNK && !this.#events.has(event.eventTimeMs);
    if (isFull && this.#intent === undefined) this.#seal(offset);
    this.#events.append(offset, event);
  }

  #seal(endOffset: number): void {
    this.sealed.push({
      partition: this.partition,
      epoch: this.#epoch,
      generation: this.#generation,
      startOffset: this.#start,
      endOffset,
      events: this.#events,
      fingerprint: this.#lastRecord === undefined ? this.#fingerprint : fingerprintOf(this.#lastRecord),
      intent: this.#intent,
    });
    this.#intent = undefined;
    this.#start = endOffset;
    this.#sinceMs = undefined;
    this.#events = new EventsByHour(this.partition);
    this.#fingerprint = undefined;
    this.#lastRecord = undefined;
  }
}
