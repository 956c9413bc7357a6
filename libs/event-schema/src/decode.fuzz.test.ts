import fc from 'fast-check';
import { badRecordCorpus } from './corpus/index.ts';
import { decode, type Decoded, MAX_CLOCK_AHEAD_MS, MAX_EVENT_BYTES, REJECTION_REASONS } from './index.ts';
import { mutatedRecord } from './testing/mutated-record.ts';

const END_OF_9999 = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const recordTimestamp = fc.oneof(fc.integer({ min: -1, max: 2 ** 41 }), fc.constantFrom(-1, 0, 1_667_052_000_000, NaN));

/** Only small values: mutations of a megabyte show nothing more. */
const corpusValue = fc.constantFrom(
  ...badRecordCorpus.map((record) => record.value ?? new Uint8Array()).filter((value) => value.length < 2000),
);

const mutated = mutatedRecord(corpusValue);

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

function isSoundText(text: string): boolean {
  const characters = Array.from(text).length;
  return characters >= 1 && characters <= 256 && !text.includes('\0') && text.isWellFormed();
}

function isSoundInteger(number: number, max: number): boolean {
  return Number.isInteger(number) && !Object.is(number, -0) && number >= 0 && number <= max;
}

/** Returns a boolean: calls of `expect` would take most of the time of so many runs. */
function isSound(decoded: Decoded, recordTimestampMs: number): boolean {
  if (!decoded.ok) return REJECTION_REASONS.includes(decoded.reason) && decoded.detail.length <= 200;
  const { eventTimeMs, bytes, id, antennaId, app } = decoded.event;
  const latestMs = recordTimestampMs >= 0 ? recordTimestampMs + MAX_CLOCK_AHEAD_MS : END_OF_9999;
  return (
    isSoundInteger(eventTimeMs, latestMs) &&
    isSoundInteger(bytes, MAX_EVENT_BYTES) &&
    [id, antennaId, app].every(isSoundText)
  );
}

describe('decoding arbitrary bytes', () => {
  it.each([
    { name: 'random bytes', values: fc.uint8Array({ maxLength: 300 }), runs: 2000 },
    { name: 'mutated records of the corpus', values: mutated, runs: 10_000 },
    { name: 'objects with fields of any type', values: anyFields, runs: 5000 },
  ])('returns a valid event or a rejection for $name', ({ values, runs }) => {
    fc.assert(
      fc.property(values, recordTimestamp, (value, recordTimestampMs) =>
        isSound(decode(value, recordTimestampMs), recordTimestampMs),
      ),
      { numRuns: runs },
    );
  });

  it('returns the same result for the same record, whatever was decoded before', () => {
    fc.assert(
      fc.property(mutated, mutated, recordTimestamp, (value, other, recordTimestampMs) => {
        const first = decode(value, recordTimestampMs);
        decode(other, recordTimestampMs);
        expect(decode(value, recordTimestampMs)).toEqual(first);
      }),
    );
  });
});
