/** A device's use of data. `decode` guarantees the ranges of its fields. */
export interface UsageEvent {
  /** When the data was used: milliseconds since 1970-01-01T00:00:00Z, an integer from 0 to the end of the year 9999. */
  readonly eventTimeMs: number;
  /** The user's device: 1 to 256 characters of well-formed Unicode without NUL, like `antennaId` and `app`. */
  readonly id: string;
  readonly antennaId: string;
  /** An integer from 0 to 2^40. */
  readonly bytes: number;
  readonly app: string;
}

/** The reasons for which a record is rejected, in the order of the checks: the first that applies is reported. */
export const REJECTION_REASONS = [
  'tombstone',
  'empty',
  'invalid_utf8',
  'not_json',
  'not_an_object',
  'missing_field',
  'invalid_timestamp',
  'before_1970',
  'wrong_clock',
  'invalid_id',
  'invalid_antenna_id',
  'invalid_app',
  'invalid_bytes',
] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

/**
 * The reasons for which a stored batch cannot be decoded: its bytes are damaged, they cannot be decompressed, or they
 * decompress to more than `MAX_BATCH_BYTES`.
 */
export const UNDECODABLE_REASONS = ['damaged_batch', 'undecodable_batch', 'oversized_batch'] as const;

export type UndecodableReason = (typeof UNDECODABLE_REASONS)[number];

/** The reason for which a record of the topic is a dead letter. */
export type DeadLetterReason = RejectionReason | UndecodableReason;

export interface Rejection {
  readonly ok: false;
  readonly reason: RejectionReason;
  /**
   * For operators: the field, the expected value and the kind of value found. It never contains a text of the record.
   */
  readonly detail: string;
}

export type Decoded = { readonly ok: true; readonly event: UsageEvent } | Rejection;

export function rejected(reason: RejectionReason, detail: string): Rejection {
  return { ok: false, reason, detail };
}

/** Names the JSON type of a value, and the value of a number. */
export function found(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
