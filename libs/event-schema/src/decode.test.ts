import { badRecordCorpus } from './corpus/index.ts';
import { decode, REJECTION_REASONS } from './index.ts';

const names = badRecordCorpus.map((record) => record.name);

describe('the corpus of bad records', () => {
  it('has a record for every rejection reason', () => {
    const reasons = new Set(
      badRecordCorpus.map((record) => record.expected).filter((expected) => typeof expected === 'string'),
    );
    expect(Array.from(reasons).sort()).toEqual(Array.from(REJECTION_REASONS).sort());
  });

  it('gives each record a unique name', () => {
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('decoding a record of the corpus', () => {
  it.each(badRecordCorpus)('returns the expected event or reason: $name', ({ value, recordTimestampMs, expected }) => {
    const decoded = decode(value, recordTimestampMs);
    expect(decoded.ok ? decoded.event : decoded.reason).toStrictEqual(expected);
  });

  it.each(badRecordCorpus)('explains a rejection in one short line: $name', ({ value, recordTimestampMs }) => {
    const decoded = decode(value, recordTimestampMs);
    const details = decoded.ok ? [] : [decoded.detail];
    for (const detail of details) {
      expect(detail).toMatch(/^(value|timestamp|id|antenna_id|bytes|app): expected [\x20-\x7e]{4,180}$/);
    }
  });

  it('does not change the bytes and accepts a plain Uint8Array', () => {
    const value = new TextEncoder().encode('{"timestamp":0,"id":"a","antenna_id":"b","bytes":1,"app":"c"}');
    const copy = Uint8Array.from(value);
    expect(decode(value, 0)).toEqual({
      ok: true,
      event: { eventTimeMs: 0, id: 'a', antennaId: 'b', bytes: 1, app: 'c' },
    });
    expect(value).toEqual(copy);
  });

  it('reads only its view of a larger buffer', () => {
    const value = new TextEncoder().encode('xx{}yy').subarray(2, 4);
    expect(decode(value, 0)).toMatchObject({ reason: 'missing_field' });
  });

  it.each(['timestamp', 'id', 'antenna_id', 'bytes', 'app'])('names the missing field %s', (field) => {
    const fields = { timestamp: 0, id: 'a', antenna_id: 'b', bytes: 1, app: 'c' };
    const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== field));
    const detail = `${field}: expected the field, found none`;
    expect(decode(new TextEncoder().encode(JSON.stringify(rest)), 0)).toMatchObject({ detail });
  });

  it('never repeats a text of the record in the rejection', () => {
    const secret = 'SECRET'.repeat(50);
    for (const field of ['timestamp', 'id', 'antenna_id', 'bytes', 'app']) {
      const record = { timestamp: 0, id: 'a', antenna_id: 'b', bytes: 1, app: 'c', [field]: secret };
      const decoded = decode(new TextEncoder().encode(JSON.stringify(record)), 0);
      expect(decoded).toMatchObject({ ok: false, reason: expect.stringContaining('invalid_') as unknown });
      expect(JSON.stringify(decoded)).not.toContain('SECRET');
    }
    expect(JSON.stringify(decode(new TextEncoder().encode(secret), 0))).not.toContain('SECRET');
  });
});
