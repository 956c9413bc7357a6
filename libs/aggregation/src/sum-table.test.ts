import fc from 'fast-check';
import { CodeSet } from './code-set.ts';
import { rowsOf, SortedSums } from './sorted-sums.ts';
import { SumTable } from './sum-table.ts';

const HOUR = Date.UTC(2022, 9, 29, 13);

/** All sums of some tables as rows by ascending code: the code, the sum, and the milliseconds since the hour began. */
function sums(...tables: readonly SumTable[]) {
  const codes = new CodeSet(100_000);
  for (const table of tables) codes.addAll(table.codes());
  const rows = rowsOf([new SortedSums(tables, codes.values().toSorted())]);
  return Array.from(rows.codes, (code, row) => [code, rows.sumAt(row), (rows.latestMs[row] ?? 0) - HOUR]);
}

/** The codes from a start on, in steps of one number. */
function codesOf([start, count, step]: readonly [number, number, number]): readonly number[] {
  return Array.from({ length: count }, (_, index) => start + index * step);
}

describe('a table of sums', () => {
  it('keeps a sum and the greatest time for each code, also code 0', () => {
    const table = new SumTable(HOUR);
    table.add(2, 5, 100);
    table.add(0, 0, 0);
    table.add(2, 7, 50);
    expect(table.size).toBe(2);
    expect(sums(table)).toEqual([
      [0, 0n, 0],
      [2, 12n, 100],
    ]);
  });

  it('does not take a sum of the last millisecond of the hour for one of the next code', () => {
    const table = new SumTable(HOUR);
    table.add(6, 1, 3_599_999);
    table.add(7, 2, 0);
    expect(sums(table)).toEqual([
      [6, 1n, 3_599_999],
      [7, 2n, 0],
    ]);
  });

  it('keeps codes up to 2^31 - 2', () => {
    const table = new SumTable(HOUR);
    const code = 2 ** 31 - 2;
    for (const timeMs of [3_599_999, 5, 3_599_998]) table.add(code, 1, timeMs);
    const rows = rowsOf([new SortedSums([table], Int32Array.of(code))]);
    expect([rows.sumAt(0), rows.latestMs[0]]).toEqual([3n, HOUR + 3_599_999]);
  });

  it('throws when a sum is greater than 2^63 - 1', () => {
    const table = new SumTable(HOUR);
    for (let count = 0; count < 2 ** 11; count += 1) table.add(0, 2 ** 52, 0);
    expect(() => sums(table)).toThrow(RangeError);
  });

  it('is exact up to 2^63 - 1', () => {
    const table = new SumTable(HOUR);
    for (let count = 0; count < 2 ** 11 - 1; count += 1) table.add(0, 2 ** 52, 0);
    table.add(0, 2 ** 52 - 1, 0);
    expect(sums(table)).toEqual([[0, 2n ** 63n - 1n, 0]]);
  });

  it('is exact beyond 2^53, where a double is not', () => {
    const table = new SumTable(HOUR);
    for (let count = 0; count < 9; count += 1) table.add(0, 2 ** 52, 0);
    table.add(0, 1, 0);
    expect(sums(table)).toEqual([[0, 9n * 2n ** 52n + 1n, 0]]);
  });

  it('keeps all sums when it grows', () => {
    const table = new SumTable(HOUR);
    const numbers = 10_000;
    for (let round = 1; round <= 2; round += 1) {
      for (let number = 0; number < numbers; number += 1) table.add(number, number * round, round);
    }
    expect(table.size).toBe(numbers);
    expect(sums(table)).toEqual(Array.from({ length: numbers }, (_, number) => [number, BigInt(number) * 3n, 2]));
  });

  it('keeps all sums whatever codes come in whatever order, alone and together with another: few, many, far apart, or in runs', () => {
    const start = fc.integer({ min: 0, max: 3_000 });
    const runs = fc.array(fc.tuple(start, fc.integer({ min: 1, max: 300 }), fc.constantFrom(1, 2, 64)), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(runs, runs, (ofOne, ofOther) => {
        const [one, other] = [new SumTable(HOUR), new SumTable(HOUR)];
        const expected = new Map<number, bigint>();
        for (const [into, ofTable] of [
          [one, ofOne],
          [other, ofOther],
        ] as const) {
          for (const code of ofTable.flatMap(codesOf)) {
            into.add(code, code + 1, code);
            expected.set(code, (expected.get(code) ?? 0n) + BigInt(code + 1));
          }
        }
        const rows = Array.from(expected, ([code, sum]) => [code, sum, code]).sort(
          ([left], [right]) => Number(left) - Number(right),
        );
        expect(sums(one, other)).toEqual(rows);
      }),
    );
  });

  it.each([
    ['direct', 1],
    ['a hash table', 1_000],
  ])('has the same sums after a prefetch, also of codes without a sum: %s', (_form, step) => {
    const table = new SumTable(HOUR);
    for (const code of codesOf([0, 100, step])) table.add(code, code + 1, 0);
    const before = sums(table);
    table.prefetch(Int32Array.of(0, step, 99 * step, 100 * step, -1));
    expect(sums(table)).toEqual(before);
  });

  it('has the same sums by other codes', () => {
    const table = new SumTable(HOUR);
    for (let count = 0; count < 9; count += 1) table.add(3, 2 ** 52, count);
    table.add(0, 1, 7);
    expect(sums(table.withCodes((code) => 5 - code))).toEqual([
      [2, 9n * 2n ** 52n, 8],
      [5, 1n, 7],
    ]);
  });
});

describe('the sums of several windows of an hour', () => {
  it('are exact beyond 2^53 if there are twelve, each with less', () => {
    const tables = Array.from({ length: 12 }, () => new SumTable(HOUR));
    for (const [index, table] of tables.entries()) {
      table.add(1, 2 ** 50 - 1 - index, index);
      if (index < 2) table.add(0, 3, 0);
    }
    expect(sums(...tables)).toEqual([
      [0, 6n, 0],
      [1, 12n * (2n ** 50n - 1n) - 66n, 11],
    ]);
  });

  it('are exact if each is greater than 2^50', () => {
    const tables = [new SumTable(HOUR), new SumTable(HOUR), new SumTable(HOUR)];
    for (const table of tables) for (let count = 0; count < 5; count += 1) table.add(1, 2 ** 50 - 1, 0);
    expect(sums(...tables)).toEqual([[1, 15n * (2n ** 50n - 1n), 0]]);
  });

  it('cannot be read after they were freed, rather than being 0', () => {
    const table = new SumTable(HOUR);
    for (let code = 0; code < 1_000; code += 1) table.add(code, 7, 0);
    const sorted = new SortedSums([table], Int32Array.of(5));
    table.free();
    expect(() => rowsOf([sorted])).toThrow(TypeError);
  });

  it('can be cut into parts anywhere', () => {
    const table = new SumTable(HOUR);
    for (const code of [0, 1, 2, 3]) table.add(code, code * 10, 0);
    const sorted = new SortedSums([table], Int32Array.of(3, 0, 2, 1));
    const rows = rowsOf([sorted.slice(1, 3), sorted.slice(0, 1)]);
    expect(Array.from(rows.codes, (code, row) => [code, rows.sumAt(row)])).toEqual([
      [0, 0n],
      [2, 20n],
      [3, 30n],
    ]);
  });
});
