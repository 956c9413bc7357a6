import type { DeadLetterReason, RejectionReason } from '@antenna/event-schema';
import type { Sink, SourceRecord } from '../../ports/index.ts';

/** Where a record is in the topic. */
export interface RecordPlace {
  readonly partition: number;
  readonly offset: number;
}

/** Offsets of a partition, both included. */
export interface OffsetSpan {
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** What is known of a dead letter that was sent through the topic again. */
export interface Replay {
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** `refused`: Kafka has not taken it. `unknown`: Kafka may have it, so that it is never sent again. */
  readonly outcome: 'sent' | 'refused' | 'unknown';
  /** Of the record that was sent, in the same partition. */
  readonly newOffset: number | undefined;
  readonly detail: string | undefined;
}

/** Which dead letters are meant; undefined is any. */
export interface DeadLetterFilter {
  readonly reason: DeadLetterReason | undefined;
  readonly partition: number | undefined;
  /** When they were stored: from the one to before the other, milliseconds since 1970. */
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly most: number;
}

/** A dead letter, or a range of them, without what the records hold. */
export interface ListedDeadLetters extends OffsetSpan {
  readonly isWhole: boolean;
  readonly records: number;
  readonly reason: DeadLetterReason;
  /** Of one that is stored whole. */
  readonly detail: string | undefined;
  readonly payloadBytes: number | undefined;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly replay: Replay | undefined;
}

/** A dead letter that is stored whole, up to the bytes that are kept of it. */
export interface WholeDeadLetter {
  readonly offset: number;
  readonly reason: RejectionReason;
  readonly detail: string;
  /** Undefined where the record had none that can be stored. */
  readonly timestampMs: number | undefined;
  readonly key: Uint8Array | null;
  readonly payload: Uint8Array | null;
  readonly payloadBytes: number | undefined;
}

export interface CountedDeadLetters {
  readonly reason: DeadLetterReason;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly records: number;
}

/** What is stored of a span. */
export interface StoredDeadLetters {
  readonly whole: readonly WholeDeadLetter[];
  readonly ranges: readonly CountedDeadLetters[];
  /** By offset. */
  readonly replays: ReadonlyMap<number, Replay>;
}

/** Dead letters as the totals sink has stored them. */
export interface DeadLetterStore {
  /** In the order of partitions and offsets. */
  list(filter: DeadLetterFilter): Promise<readonly ListedDeadLetters[]>;
  find(span: OffsetSpan): Promise<StoredDeadLetters>;
}

/** How far a record that was sent has come. */
export interface StoredFate {
  /** The sinks that have taken everything up to it. */
  readonly passedBy: readonly Sink[];
  /** Of a dead letter that is stored whole. */
  readonly reason: RejectionReason | undefined;
  /** Whether it may be one of those that a range counts. */
  readonly isInRange: boolean;
}

/** Who has sent what again: the memory that makes it at most once. */
export interface ReplayLedger {
  /**
   * Notes that a record is about to be sent.
   * @throws {OtherStreamError} when the cluster is not the one that the dead letters came from.
   * @returns false when that must not be: it is no dead letter, or was sent before, or may have been.
   */
  begin(place: RecordPlace, by: string): Promise<boolean>;
  /** Notes what became of it. Told again, it changes nothing. */
  end(place: RecordPlace, sent: SendOutcome): Promise<void>;
  fateOf(place: RecordPlace): Promise<StoredFate>;
}

/** Reads records of the topic again. */
export interface RecordReader {
  /**
   * Hands over the records of a span that the topic still holds, in order, until `take` returns false.
   */
  read(span: OffsetSpan, take: (record: SourceRecord) => boolean): Promise<void>;
}

export type SendOutcome =
  | { readonly kind: 'sent'; readonly newOffset: number }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string };

export interface RecordSender {
  /**
   * Appends a record to a partition, in one try.
   * @returns `refused` only when Kafka surely has not taken it. Never throws.
   */
  send(place: RecordPlace, record: Pick<SourceRecord, 'key' | 'value'>): Promise<SendOutcome>;
}
