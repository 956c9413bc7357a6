import { SumRows } from '@antenna/aggregation';
import { TextTable } from '@antenna/event-schema';
import fc from 'fast-check';
import type { Knex } from 'knex';
import { bigintArray, bigintArrayOfRuns, bigintArrayOfSums, textArray, textArrayOfRuns } from './binary-array.ts';
import { TestStore } from './testing/test-store.ts';

describe('an array in the binary format of Postgres', () => {
  let test: TestStore;
  let database: Knex;

  beforeAll(async () => {
    test = await TestStore.open();
    database = test.database;
  });

  afterAll(() => test.close());

  it('is read by Postgres as the integers that were encoded', async () => {
    const integer = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 2 ** 31, 2 ** 32, -(2 ** 32), 2 ** 52));
    await fc.assert(
      fc.asyncProperty(fc.array(integer), async (values) => {
        expect(await bigints(bigintArray(Float64Array.from(values)))).toEqual(values.map(String));
      }),
    );
  });

  it('holds sums exactly, up to the greatest 64-bit integer', async () => {
    const values = [0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 50n, 2n ** 53n + 1n, 2n ** 63n - 1n];
    const sums = new SumRows(values.length);
    for (const [row, value] of values.entries()) {
      sums.set(row, 0, { high: Number(value / 2n ** 50n), low: Number(value % 2n ** 50n), latestMs: 0 });
    }
    expect(await bigints(bigintArrayOfSums(sums))).toEqual(values.map(String));
  });

  it('repeats the value of each run', async () => {
    const runs = [
      { value: 1_667_000_000_000, count: 2 },
      { value: 7, count: 0 },
      { value: -1, count: 1 },
    ];
    expect(await bigints(bigintArrayOfRuns(runs))).toEqual(['1667000000000', '1667000000000', '-1']);
    const texts = [
      { value: 'é', count: 2 },
      { value: '', count: 1 },
    ];
    expect(await strings(textArrayOfRuns(texts))).toEqual(['é', 'é', '']);
  });

  it('is read by Postgres as the texts that were encoded, with any characters', async () => {
    const text = fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', ''));
    const rows = fc
      .array(text, { minLength: 1 })
      .chain((texts) => fc.tuple(fc.constant(texts), fc.array(fc.nat(texts.length - 1))));
    await fc.assert(
      fc.asyncProperty(rows, async ([texts, codes]) => {
        const part = { texts: TextTable.of(texts), first: 0, end: codes.length };
        expect(await strings(textArray(Int32Array.from(codes), [part]))).toEqual(codes.map((code) => texts[code]));
      }),
    );
  });

  it('takes the texts of each part of the rows from the list of that part', async () => {
    const [apps, users] = [TextTable.of(['SKYPE', 'TELEGRAM']), TextTable.of(['ana', 'bea', 'carla'])];
    const parts = [
      { texts: apps, first: 0, end: 1 },
      { texts: users, first: 1, end: 3 },
      { texts: apps, first: 3, end: 4 },
    ];
    expect(await strings(textArray(Int32Array.of(1, 0, 2, 0), parts))).toEqual(['TELEGRAM', 'ana', 'carla', 'SKYPE']);
  });

  it('is empty without elements', async () => {
    expect(await bigints(bigintArray(new Float64Array()))).toEqual([]);
    expect(await strings(textArray(new Int32Array(), []))).toEqual([]);
  });

  function bigints(array: Buffer): Promise<string[]> {
    return elements('SELECT CAST(:array AS bigint[]) AS elements', array);
  }

  function strings(array: Buffer): Promise<string[]> {
    return elements('SELECT CAST(:array AS text[]) AS elements', array);
  }

  async function elements(statement: string, array: Buffer): Promise<string[]> {
    const { rows } = await database.raw<{ rows: [{ elements: string[] }] }>(statement, { array });
    return rows[0].elements;
  }
});
