import { DigestOfRows, requireEqualDigests, type RowsDigest } from './index.ts';

const WINDOW_MS = Date.UTC(2022, 9, 29, 13, 15);
const TYPE = 'user_total_bytes';

type Row = readonly [id: string, value: number];
const rows: readonly Row[] = [
  ['ana', 1_000],
  ['ben', 2_000],
  ['eva', 0],
];

function digestOf(digested: readonly Row[]): readonly RowsDigest[] {
  const digest = new DigestOfRows();
  for (const [id, value] of digested) digest.add(id, value);
  return [digest.of(WINDOW_MS, TYPE)];
}

const comparing = (stored: readonly Row[]) => () => {
  requireEqualDigests('bytes', digestOf(rows), digestOf(stored));
};

describe('the digest of rows', () => {
  it('is the same for the same rows in another order', () => {
    expect(comparing(rows.toReversed())).not.toThrow();
  });

  it.each([
    ['one byte more in one row', [['ana', 1_001], ...rows.slice(1)], ['sum', 'checksum']],
    ['two values that are swapped', [['ana', 2_000], ['ben', 1_000], ...rows.slice(2)], ['checksum']],
    ['a missing row', rows.slice(1), ['rows', 'sum', 'checksum']],
    ['a missing row without bytes', rows.slice(0, 2), ['rows', 'checksum']],
    ['a row that is stored twice', [...rows, ...rows.slice(2)], ['rows', 'checksum']],
    ['a row of another id', [['ann', 1_000], ...rows.slice(1)], ['checksum']],
  ] satisfies [string, Row[], string[]][])(
    'differs for %s, and the error names what differs',
    (_, stored, differing) => {
      expect(comparing(stored)).toThrow(/^bytes: /);
      for (const what of ['rows', 'sum', 'checksum']) {
        const line = `different  2022-10-29T13:15:00Z ${TYPE} ${what}: expected`;
        const text = expect(comparing(stored));
        if (differing.includes(what)) text.toThrow(line);
        else text.not.toThrow(line);
      }
    },
  );

  it('is not equal to no rows at all', () => {
    expect(() => {
      requireEqualDigests('bytes', digestOf(rows), []);
    }).toThrow('bytes: no rows');
  });

  it('names a window that is missing', () => {
    const later = digestOf(rows).map((digest) => ({ ...digest, timestampMs: WINDOW_MS + 300_000 }));
    expect(() => {
      requireEqualDigests('bytes', [...digestOf(rows), ...later], digestOf(rows));
    }).toThrow(`missing    2022-10-29T13:20:00Z ${TYPE} rows: expected 3`);
  });
});
