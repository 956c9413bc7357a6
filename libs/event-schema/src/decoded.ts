import type { UsageEvent } from './usage-event.ts';

/** Why a record is no event, in the order in which the reasons are looked for: the first that applies is given. */
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
 * Why nobody can tell what the records of a stored batch are: its bytes are not those that were sent, they cannot be
 * unpacked, or they unpack to more than `MAX_BATCH_BYTES`.
 */
export const UNDECODABLE_REASONS = ['damaged_batch', 'undecodable_batch', 'oversized_batch'] as const;

export type UndecodableReason = (typeof UNDECODABLE_REASONS)[number];

/** Why a record of the topic is no event. */
export type DeadLetterReason = RejectionReason | UndecodableReason;

export interface Rejection {
  readonly ok: false;
  readonly reason: RejectionReason;
  /** For people: the field, what was expected and what kind of thing was found. Never a text of the record's own. */
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
