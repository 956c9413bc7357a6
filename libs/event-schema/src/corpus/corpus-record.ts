import type { RejectionReason, UsageEvent } from '../decoded.ts';

/** A record as Kafka may deliver it, with the expected result of decoding it. */
export interface CorpusRecord {
  /** What is unusual about the record; unique in the corpus. */
  readonly name: string;
  readonly value: Uint8Array | null;
  /** Milliseconds since 1970; -1 when the record has none. */
  readonly recordTimestampMs: number;
  readonly expected: UsageEvent | RejectionReason;
}

/** 2022-10-29T14:00:00Z: the timestamp of the records, an hour after the usual event time. */
export const ARRIVED_MS = 1_667_052_000_000;

/** The event of every record unless changed, at 2022-10-29T13:00:00Z. */
const USUAL_EVENT: UsageEvent = {
  eventTimeMs: 1_667_048_400_000,
  id: '00000000-0000-0000-0000-000000000001',
  antennaId: '11111111-1111-1111-1111-111111111111',
  bytes: 512,
  app: 'SKYPE',
};

/** The usual event's fields as JSON texts. */
export const USUAL_FIELDS = {
  timestamp: '"2022-10-29T13:00:00Z"',
  id: `"${USUAL_EVENT.id}"`,
  antenna_id: `"${USUAL_EVENT.antennaId}"`,
  bytes: '512',
  app: '"SKYPE"',
} as const;

export type FieldName = keyof typeof USUAL_FIELDS;

export function usualEvent(changes: Partial<UsageEvent> = {}): UsageEvent {
  return { ...USUAL_EVENT, ...changes };
}

/** The usual record's JSON, with some fields' JSON texts replaced. */
export function usualJson(changes: Partial<Record<FieldName, string>> = {}): string {
  const members = Object.entries({ ...USUAL_FIELDS, ...changes }).map(([field, json]) => `"${field}":${json}`);
  return `{${members.join(',')}}`;
}

export function ofText(name: string, text: string, expected: CorpusRecord['expected']): CorpusRecord {
  return { name, value: new TextEncoder().encode(text), recordTimestampMs: ARRIVED_MS, expected };
}

/** @param hex pairs of hexadecimal digits; spaces are ignored. */
export function ofBytes(name: string, hex: string, expected: CorpusRecord['expected']): CorpusRecord {
  const pairs = hex.replaceAll(' ', '').match(/../g) ?? [];
  const value = Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
  return { name, value, recordTimestampMs: ARRIVED_MS, expected };
}
