import fc from 'fast-check';
import { badRecordCorpus } from './corpus/index.ts';
import { decode, type Decoded, MAX_CLOCK_AHEAD_MS, MAX_EVENT_BYTES, REJECTION_REASONS } from './index.ts';

const END_OF_9999 = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const recordTimestamp = fc.oneof(fc.integer({ min: -1, max: 2 ** 41 }), fc.constantFrom(-1, 0, 1_667_052_000_000, NaN));

/** Small ones only: the mutations of a megabyte say no more. */
const corpusValue = fc.constantFrom(
  ...badRecordCorpus.map((record) => record.value ?? new Uint8Array()).filter((value) => value.length < 2000),
);

/** Replaces a stretch of one record by a stretch of another or by anything at all. */
const mutated = fc
  .tuple(corpusValue, fc.oneof(corpusValue, fc.uint8Array({ maxLength: 8 })), fc.nat(), fc.nat(12), fc.nat())
  .map(([value, other, at, length, from]) => {
    const start = at % (value.length + 1);
    const insert = other.subarray(from % (other.length + 1)).subarray(0, length);
    return Uint8Array.from([...value.subarray(0, start), ...insert, ...value.subarray(start + (from % 5))]);
  });

const anyFields = fc
  .record(
    {
      timestamp: fc.oneof(fc.jsonValue(), fc.integer(), fc.maxSafeInteger(), fc.date({ noInvalidDate: true })),
      id: fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary', maxLength: 300 })),
      antenna_id: fc.oneof(fc.jsonValue(), fc.string({ maxLength: 300 })),
      bytes: fc.oneof(fc.jsonValue(), fc.integer(), fc.maxSafeInteger(), fc.double()),
      app: fc.oneof(fc.jsonValue(), fc.string()),
    },
    { requiredKeys: ['timestamp', 'bytes'] },
  )
  .map((fields) => new TextEncoder().encode(JSON.stringify(fields)));

function expectSoundText(text: string): void {
  expect(Array.from(text).length).toBeGreaterThanOrEqual(1);
  expect(Array.from(text).length).toBeLessThanOrEqual(256);
  expect(text).not.toContain('\0');
  expect(text.isWellFormed()).toBe(true);
}

function expectSound(decoded: Decoded, recordTimestampMs: number): void {
  if (!decoded.ok) {
    expect(REJECTION_REASONS).toContain(decoded.reason);
    expect(decoded.detail.length).toBeLessThanOrEqual(200);
    return;
  }
  const { eventTimeMs, bytes, id, antennaId, app } = decoded.event;
  const latestMs = recordTimestampMs >= 0 ? recordTimestampMs + MAX_CLOCK_AHEAD_MS : END_OF_9999;
  expect(Number.isInteger(eventTimeMs) && eventTimeMs >= 0 && eventTimeMs <= latestMs).toBe(true);
  expect(Number.isInteger(bytes) && bytes >= 0 && bytes <= MAX_EVENT_BYTES).toBe(true);
  expect(Object.is(bytes, -0) || Object.is(eventTimeMs, -0)).toBe(false);
  [id, antennaId, app].forEach(expectSoundText);
}

describe('decoding anything', () => {
  it.each([
    { name: 'bytes at random', values: fc.uint8Array({ maxLength: 300 }), runs: 2000 },
    { name: 'records of the corpus, mutated', values: mutated, runs: 10_000 },
    { name: 'objects with fields of any type', values: anyFields, runs: 5000 },
  ])('gives a sound event or a reason for $name', ({ values, runs }) => {
    fc.assert(
      fc.property(values, recordTimestamp, (value, recordTimestampMs) => {
        expectSound(decode(value, recordTimestampMs), recordTimestampMs);
      }),
      { numRuns: runs },
    );
  });

  it('gives the same record the same fate, whatever was decoded before', () => {
    fc.assert(
      fc.property(mutated, mutated, recordTimestamp, (value, other, recordTimestampMs) => {
        const first = decode(value, recordTimestampMs);
        decode(other, recordTimestampMs);
        expect(decode(value, recordTimestampMs)).toEqual(first);
      }),
    );
  });
});
