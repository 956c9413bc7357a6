import { deadLetterOf, MAX_KEPT_BYTES } from './dead-letter.ts';
import type { SourceRecord } from '../ports/index.ts';

const rejection = { ok: false, reason: 'not_json', detail: 'value: expected JSON' } as const;

function aRecord(value: Uint8Array | null, key: Uint8Array | null = null): SourceRecord {
  return { offset: 7, timestampMs: 1_000, key, value };
}

describe('a dead letter', () => {
  it("holds the record's partition and offset and the reason of its rejection", () => {
    expect(deadLetterOf(3, aRecord(Buffer.from('?'), Buffer.from('k')), rejection)).toEqual({
      partition: 3,
      offset: 7,
      timestampMs: 1_000,
      reason: 'not_json',
      detail: 'value: expected JSON',
      key: Uint8Array.of(107),
      payload: Uint8Array.of(63),
      payloadBytes: 1,
    });
  });

  it('keeps the beginning of a long value, and its length', () => {
    const letter = deadLetterOf(0, aRecord(Buffer.alloc(MAX_KEPT_BYTES + 1, 'a')), rejection);
    expect([letter.payload?.length, letter.payloadBytes]).toEqual([MAX_KEPT_BYTES, MAX_KEPT_BYTES + 1]);
  });

  it('has no payload when the record is a tombstone', () => {
    const letter = deadLetterOf(0, aRecord(null), rejection);
    expect([letter.payload, letter.payloadBytes]).toEqual([null, undefined]);
  });

  it('does not keep the buffer of the whole fetch in memory', () => {
    const fetched = Buffer.alloc(1_000_000, 'a');
    const letter = deadLetterOf(0, aRecord(fetched.subarray(10, 20)), rejection);
    expect(letter.payload?.buffer.byteLength).toBe(10);
  });
});
