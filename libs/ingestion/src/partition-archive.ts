import type { PooledEvent } from '@antenna/event-schema';
import { EventColumnsBuilder } from './event-columns-builder.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { ClaimedPosition, Fingerprint, OpenIntent, RecordCursor, SourceRecord } from './ports.ts';

/** A chunk [startOffset, endOffset) of a partition that takes no more rows and waits to be written. */
export interface SealedChunk {
  readonly partition: number;
  readonly epoch: number;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly events: EventColumnsBuilder;
  readonly fingerprint: Fingerprint | undefined;
  /** The intent that a predecessor left open for exactly this range. */
  readonly intent: OpenIntent | undefined;
}

/** The archive sink's side of one claimed partition: collects rows, and seals them into chunks. */
export class PartitionArchive {
  readonly partition: number;
  readonly #epoch: number;
  readonly sealed: SealedChunk[] = [];
  /** A chunk of this partition is being written: the next one waits, since a partition has one intent at most. */
  writing = false;
  #intent: OpenIntent | undefined;
  #start: number;
  #next: number;
  #sinceMs: number | undefined;
  #events: EventColumnsBuilder;
  /** Of the last record before the batch that is being taken. */
  #fingerprint: Fingerprint | undefined;
  /** The last one that was taken, while it may turn out to be the last of an intent. */
  #lastRecord: SourceRecord | undefined;

  constructor(claimed: ClaimedPosition) {
    this.partition = claimed.partition;
    this.#epoch = claimed.epoch;
    this.#intent = claimed.openIntent;
    this.#start = claimed.nextOffset;
    this.#next = claimed.nextOffset;
    this.#events = new EventColumnsBuilder(claimed.partition);
  }

  /** Records below are archived already, or wait in a sealed chunk. */
  get next(): number {
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

  /** Processing time at which the open chunk began, or undefined while there is none. */
  get sinceMs(): number | undefined {
    return this.#sinceMs;
  }

  take(record: RecordCursor, event: PooledEvent | undefined): void {
    if (this.#intent !== undefined && record.offset >= this.#intent.endOffset) this.#seal(this.#intent.endOffset);
    if (event !== undefined) this.#events.append(record.offset, event);
    if (this.#intent !== undefined) this.#lastRecord = record.record();
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
    if (this.#next > this.#start) this.#sinceMs ??= nowMs;
  }

  /** Closes the open chunk, if there is anything in it and no predecessor's intent says where it has to end. */
  seal(): void {
    if (this.#intent === undefined && this.#next > this.#start) this.#seal(this.#next);
  }

  #seal(endOffset: number): void {
    this.sealed.push({
      partition: this.partition,
      epoch: this.#epoch,
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
    this.#fingerprint = undefined;
    this.#lastRecord = undefined;
  }
}
