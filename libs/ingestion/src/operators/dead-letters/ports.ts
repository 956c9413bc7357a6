import type { DeadLetterReason, RejectionReason } from '@antenna/event-schema';
import type { Sink, SourceRecord } from '../../ports/index.ts';

/** The partition and offset of a record. */
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

/** The last attempt to send a dead letter through the topic again. */
export interface Replay {
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** `refused`: Kafka has not appended it. `unknown`: Kafka may have appended it, so it is never sent again. */
  readonly outcome: 'sent' | 'refused' | 'unknown';
  /** Offset of the record that was sent, in the same partition. */
  readonly newOffset: number | undefined;
  readonly detail: string | undefined;
}

/** Selects dead letters; an undefined field selects all. */
export interface DeadLetterFilter {
  readonly reason: DeadLetterReason | undefined;
  readonly partition: number | undefined;
  /** Time of storage: [fromMs, toMs), milliseconds since 1970. */
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly most: number;
}

/** A dead letter or a range of dead letters, without the contents of the records. */
export interface ListedDeadLetters extends OffsetSpan {
  readonly isWhole: boolean;
  readonly records: number;
  readonly reason: DeadLetterReason;
  /** Only for a dead letter that is stored whole. */
  readonly detail: string | undefined;
  readonly payloadBytes: number | undefined;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly replay: Replay | undefined;
}

/** A dead letter that is stored as a row of its own, with the first bytes of key and payload. */
export interface WholeDeadLetter {
  readonly offset: number;
  readonly reason: RejectionReason;
  readonly detail: string;
  /** Undefined when the record had no timestamp that can be stored. */
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

/** The stored dead letters and replays of a span. */
export interface StoredDeadLetters {
  readonly whole: readonly WholeDeadLetter[];
  readonly ranges: readonly CountedDeadLetters[];
  /** By offset of the dead letter. */
  readonly replays: ReadonlyMap<number, Replay>;
}

/** Dead letters as the totals sink has stored them. */
export interface DeadLetterStore {
  /** Sorted by partition and offset. */
  list(filter: DeadLetterFilter): Promise<readonly ListedDeadLetters[]>;
  find(span: OffsetSpan): Promise<StoredDeadLetters>;
}

/** What the store knows of a record that was sent again. */
export interface StoredOutcome {
  /** The sinks whose positions are beyond the record. */
  readonly passedBy: readonly Sink[];
  /** Reason of the dead letter at this offset, if one is stored whole. */
  readonly reason: RejectionReason | undefined;
  /** Whether a range of dead letters includes the offset, so that it may count the record. */
  readonly isInRange: boolean;
}

/** The record of all attempts to send dead letters again. It guarantees that each is sent at most once. */
export interface ReplayLedger {
  /**
   * Records that a dead letter is about to be sent.
   * @throws {OtherStreamError} when the cluster is not the one that the dead letters came from.
   * @returns false when it must not be sent: it is not a dead letter, or was sent before, or may have been sent.
   */
  begin(place: RecordPlace, by: string): Promise<boolean>;
  /** Records the outcome. Idempotent. */
  end(place: RecordPlace, sent: SendOutcome): Promise<void>;
  outcomeOf(place: RecordPlace): Promise<StoredOutcome>;
}

/** Reads records from the topic again. */
export interface RecordReader {
  /**
   * Passes the records of a span that the topic still holds to `take`, in order, until it returns false.
   * @throws when the topic may hold records of the span that cannot be read now.
   */
  read(span: OffsetSpan, take: (record: SourceRecord) => boolean): Promise<void>;
}

export type SendOutcome =
  | { readonly kind: 'sent'; readonly newOffset: number }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string };

export interface RecordSender {
  /**
   * Appends a record to a partition, in one attempt. Never throws.
   * @returns `refused` only when Kafka has certainly not appended it.
   */
  send(place: RecordPlace, record: Pick<SourceRecord, 'key' | 'value'>): Promise<SendOutcome>;
}
