import { fingerprintOf } from './fingerprint.ts';
import type { SourceRecord } from './ports/index.ts';

const bytes = (text: string) => Buffer.from(text);
const aRecord: SourceRecord = { offset: 7, timestampMs: 1_000, key: bytes('key'), value: bytes('value') };

describe('the fingerprint of a record', () => {
  it('is equal for equal records', () => {
    expect(fingerprintOf({ ...aRecord, value: bytes('value') })).toEqual(fingerprintOf(aRecord));
    expect(fingerprintOf(aRecord)).toMatchObject({
      offset: 7,
      hash: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
  });

  it.each<[string, Partial<SourceRecord>]>([
    ['timestamp', { timestampMs: 1_001 }],
    ['key', { key: bytes('kex') }],
    ['value', { value: bytes('valux') }],
    ['end of the key and beginning of the value', { key: bytes('keyv'), value: bytes('alue') }],
    ['null key', { key: null }],
    ['null value', { value: null }],
  ])('differs for a record with another %s', (_what, change) => {
    expect(fingerprintOf({ ...aRecord, ...change }).hash).not.toBe(fingerprintOf(aRecord).hash);
  });

  it('distinguishes a null value from an empty one', () => {
    const empty = fingerprintOf({ ...aRecord, value: bytes('') });
    expect(fingerprintOf({ ...aRecord, value: null }).hash).not.toBe(empty.hash);
  });
});
