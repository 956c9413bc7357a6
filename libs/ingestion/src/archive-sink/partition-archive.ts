import type { InternedEvent } from '@antenna/event-schema';
import { hourOf, ONE_HOUR } from '@antenna/windowing';
import { EventColumnsBuilder } from '@antenna/archive-format';
import { fingerprintOf } from '../fingerprint.ts';
import type { ClaimedPosition, Fingerprint, OpenIntent, RecordCursor, SourceRecord } from '../ports/index.ts';

/**
 * Event hours that a chunk touches at most, each of which is a file: the chunk ends before the event that would add one
 * more. Without a bound, a device that sends random times would make a chunk of tens of thousands of files, which has to
 * be written as a whole before the archive's position moves. It is some forty days, so that reading a month again makes
 * no more chunks than its rows do.
 */
export const MAX_HOURS_OF_CHUNK = 1_000;

/**
 * How long a claim that finds the roll interval over reads on, to archive all that the topic held then, before it writes
 * what it has read: a claim may not last longer, and each has to bring the archive forward.
 */
const MAX_CATCH_UP_MS = 5_000;

/** A chunk [startOffset, endOffset) of a partition that takes no more rows and waits to be written. */
export interface SealedChunk {
  readonly partition: number;
  readonly epoch: number;
  /** Of the log, when the partition was claimed. */
  readonly generation: number;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly events: EventColumnsBuilder;
  readonly fingerprint: Fingerprint | undefined;
  /** The intent that a predecessor left open for exactly this range. */
  readonly intent: OpenIntent | undefined;
}

/** When and with what a partition was claimed. */
export interface ClaimMoment {
  readonly claimedMs: number;
  /** The end of what could be read then (exclusive); undefined where that was not known. */
  readonly endAtClaim: number | undefined;
}

/** The archive sink's side of one claimed partition: collects rows, and seals them into chunks. */
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
  /** Since when records that the topic held at the claim wait, as long as no chunk was sealed for that reason. */
  #waitingSinceMs: number | undefined;
  #events: EventColumnsBuilder;
  /** Event hours of the open chunk, as hours since 1970. */
  readonly #hours = new Set<number>();
  /** The hour of the event that was taken last. */
  #latestHourMs = Number.NEGATIVE_INFINITY;
  /** Of the last record before the batch that is being taken. */
  #fingerprint: Fingerprint | undefined;
  /** The last one that was taken, while it may turn out to be the last of its chunk. */
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
    this.#events = new EventColumnsBuilder(claimed.partition);
  }

  /** Records below are archived already, or wait in a sealed chunk. */
  get nextOffset(): number {
    return this.#next;
  }

  /** Whether a range that a predecessor intended is being read again: it ends where it ended then. */
  get isRedoing(): boolean {
    return this.#intent !== undefined;
  }

  /** Rows collected since the last chunk was sealed. */
  get rows(): number {
    return this.#events.rows;
  }

  /** Processing time since which the oldest record of the open chunk waits, or undefined while there is none. */
  get sinceMs(): number | undefined {
    return this.#sinceMs;
  }

  append(record: RecordCursor, event: InternedEvent | undefined): void {
    if (this.#intent !== undefined && record.offset >= this.#intent.endOffset) this.#seal(this.#intent.endOffset);
    if (event !== undefined) this.#append(record.offset, event);
    if (this.#intent !== undefined || this.#hours.size === MAX_HOURS_OF_CHUNK) this.#lastRecord = record.record();
    this.#next = record.offset + 1;
  }

  /** @param fingerprint of the batch's last record, which belongs to the open chunk unless the chunk begins behind it. */
  endBatch(fingerprint: Fingerprint): void {
    if (fingerprint.offset < this.#start) return;
    this.#fingerprint = fingerprint;
    this.#lastRecord = undefined;
  }

  /** Everything below `nextOffset` has been taken; offsets without a record count as taken. */
  advanceTo(nextOffset: number, nowMs: number): void {
    if (this.#intent !== undefined && nextOffset >= this.#intent.endOffset) this.#seal(this.#intent.endOffset);
    this.#next = Math.max(this.#next, nextOffset);
    if (this.#next > this.#start)
      this.#sinceMs ??= (this.#existedAtClaim(this.#start) ? this.#waitingSinceMs : undefined) ?? nowMs;
  }

  /**
   * Closes the open chunk when its oldest record has waited for the interval. That may be so at once after a claim: then
   * the chunk is closed when the reading has come to all that the topic held at the claim, or has taken long enough.
   */
  sealIfDue(nowMs: number, intervalMs: number): void {
    if (this.isRedoing || this.#sinceMs === undefined || nowMs - this.#sinceMs < intervalMs) return;
    const { claimedMs } = this.#claim;
    if (this.#existedAtClaim(this.#next) && nowMs - claimedMs < Math.min(intervalMs, MAX_CATCH_UP_MS)) return;
    this.#waitingSinceMs = undefined;
    this.seal();
  }

  /** Whether there is anything that can be archived without reading more. */
  get hasUnsaved(): boolean {
    return this.writing || this.sealed.length > 0 || (this.#sinceMs !== undefined && !this.isRedoing);
  }

  /** Throws away what is not archived: it cannot be. */
  giveUp(): void {
    this.writing = false;
    this.sealed.length = 0;
    this.#start = this.#next;
    this.#sinceMs = undefined;
    this.#events = new EventColumnsBuilder(this.partition);
  }

  /** Closes the open chunk, if there is anything in it and no predecessor's intent says where it has to end. */
  seal(): void {
    if (this.#intent === undefined && this.#next > this.#start) this.#seal(this.#next);
  }

  #existedAtClaim(offset: number): boolean {
    return offset < (this.#claim.endAtClaim ?? 0);
  }

  #append(offset: number, event: InternedEvent): void {
    if (!isIn(this.#latestHourMs, event.eventTimeMs)) this.#enterHour(offset, hourOf(event.eventTimeMs));
    this.#events.append(offset, event);
  }

  /** A range that is redone ends where its intent says, however many hours it touches. */
  #enterHour(offset: number, hourMs: number): void {
    const hour = hourMs / ONE_HOUR.sizeMs;
    const isFull = this.#hours.size === MAX_HOURS_OF_CHUNK && !this.#hours.has(hour);
    if (isFull && this.#intent === undefined) this.#seal(offset);
    this.#hours.add(hour);
    this.#latestHourMs = hourMs;
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
    this.#events = new EventColumnsBuilder(this.partition);
    this.#hours.clear();
    this.#latestHourMs = Number.NEGATIVE_INFINITY;
    this.#fingerprint = undefined;
    this.#lastRecord = undefined;
  }
}

function isIn(hourMs: number, timeMs: number): boolean {
  return timeMs >= hourMs && timeMs < hourMs + ONE_HOUR.sizeMs;
}
