import fc from 'fast-check';
import { SumRows } from './sum-rows.ts';
import { SumTable } from './sum-table.ts';

/** The rows that a table of sums writes: by ascending code, unless `places` gives another order. */
function sums(table: SumTable, numbers: number, places = Int32Array.from({ length: numbers }, (_, number) => number)) {
  const rows = new SumRows(table.size);
  table.writeTo(rows, 0, { places, length: numbers });
  return Array.from(rows.codes, (code, row) => [code, rows.sumAt(row), rows.latestMs[row]]);
}

/** The codes from a start on, in steps of one number. */
function codesOf([start, count, step]: readonly [number, number, number]): readonly number[] {
  return Array.from({ length: count }, (_, index) => start + index * step);
}

describe('a table of sums', () => {
  it('keeps a sum and the greatest time for each code, also code 0', () => {
    const table = new SumTable();
    table.add(2, 5, 100);
    table.add(0, 0, 0);
    table.add(2, 7, 50);
    expect(table.size).toBe(2);
    expect(sums(table, 3)).toEqual([
      [0, 0n, 0],
      [2, 12n, 100],
    ]);
  });

  it('writes its rows in the order of the given places', () => {
    const table = new SumTable();
    for (const number of [0, 1, 2]) table.add(number, number, 0);
    expect(sums(table, 3, Int32Array.from([2, 0, 1])).map(([, value]) => value)).toEqual([1n, 2n, 0n]);
  });

  it('writes few rows among many places in the same order', () => {
    const table = new SumTable();
    for (const number of [900, 3, 500]) table.add(number, number, 0);
    const backwards = Int32Array.from({ length: 1_000 }, (_, number) => 999 - number);
    expect(sums(table, 1_000, backwards).map(([code]) => code)).toEqual([900, 500, 3]);
  });

  it('throws when a sum is greater than 2^63 - 1', () => {
    const table = new SumTable();
    for (let count = 0; count < 2 ** 11; count += 1) table.add(0, 2 ** 52, 0);
    expect(() => sums(table, 1)).toThrow(RangeError);
  });

  it('is exact up to 2^63 - 1', () => {
    const table = new SumTable();
    for (let count = 0; count < 2 ** 11 - 1; count += 1) table.add(0, 2 ** 52, 0);
    table.add(0, 2 ** 52 - 1, 0);
    expect(sums(table, 1)).toEqual([[0, 2n ** 63n - 1n, 0]]);
  });

  it('is exact beyond 2^53, where a double is not', () => {
    const table = new SumTable();
    for (let count = 0; count < 9; count += 1) table.add(0, 2 ** 52, 0);
    table.add(0, 1, 0);
    expect(sums(table, 1)).toEqual([[0, 9n * 2n ** 52n + 1n, 0]]);
  });

  it('keeps all sums when it grows', () => {
    const table = new SumTable();
    const numbers = 10_000;
    for (let round = 1; round <= 2; round += 1) {
      for (let number = 0; number < numbers; number += 1) table.add(number, number * round, round);
    }
    expect(table.size).toBe(numbers);
    expect(sums(table, numbers)).toEqual(
      Array.from({ length: numbers }, (_, number) => [number, BigInt(number) * 3n, 2]),
    );
  });

  it('keeps all sums whatever codes come in whatever order: few, many, dense, far apart, or in runs', () => {
    const start = fc.integer({ min: 0, max: 3_000 });
    const runs = fc.array(fc.tuple(start, fc.integer({ min: 1, max: 300 }), fc.constantFrom(1, 2, 64)), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(runs, runs, (added, merged) => {
        const [table, other] = [new SumTable(), new SumTable()];
        const expected = new Map<number, bigint>();
        for (const [into, ofTable] of [
          [table, added],
          [other, merged],
        ] as const) {
          for (const code of ofTable.flatMap(codesOf)) {
            into.add(code, code + 1, code);
            expected.set(code, (expected.get(code) ?? 0n) + BigInt(code + 1));
          }
        }
        const copy = table.copy();
        copy.merge(other);
        const rows = Array.from(expected, ([code, sum]) => [code, sum, code]).sort(
          ([one], [two]) => Number(one) - Number(two),
        );
        expect(sums(copy, 30_000)).toEqual(rows);
      }),
    );
  });

  it.each([
    ['direct', 1],
    ['a hash table', 100_000],
  ])('has the same sums after a prefetch, also of codes without a sum: %s', (_form, step) => {
    const table = new SumTable();
    for (const code of codesOf([0, 100, step])) table.add(code, code + 1, 0);
    const before = sums(table, 100 * step);
    table.prefetch(Int32Array.of(0, step, 99 * step, 100 * step, -1));
    expect(sums(table, 100 * step)).toEqual(before);
  });

  it('adds the sums of another table', () => {
    const [table, other] = [new SumTable(), new SumTable()];
    table.add(1, 2 ** 50 - 1, 7);
    other.add(1, 1, 9);
    other.add(6, 3, 1);
    table.merge(other);
    expect(sums(table, 7)).toEqual([
      [1, 2n ** 50n, 9],
      [6, 3n, 1],
    ]);
  });
});
