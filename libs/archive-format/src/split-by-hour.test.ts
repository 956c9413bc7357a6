import { textsIn } from '@antenna/event-schema';
import { splitByHour, sumOfBytes } from './split-by-hour.ts';
import { columnsOf, idsOf } from './testing/columns-of.ts';

function at(time: string): number {
  return Date.parse(`2022-10-29T${time}Z`);
}

function rowsOf(...events: readonly { readonly time: string; readonly id?: string; readonly bytes?: number }[]) {
  const rows = events.map(({ time, ...event }) => ({ eventTimeMs: at(time), ...event }));
  return columnsOf(rows, { partition: 2, from: 0 });
}

describe('rows split by hour', () => {
  it('are sorted by hour, and keep their order within an hour', () => {
    const hours = splitByHour(
      rowsOf(
        { time: '13:00:00', id: 'a' },
        { time: '09:59:59.999', id: 'b' },
        { time: '13:59:59.999', id: 'c' },
        { time: '14:00:00', id: 'd' },
      ),
    );
    expect([...hours].map(([hourMs, rows]) => [hourMs, rows.partition, [...rows.offset], idsOf(rows)])).toEqual([
      [at('09:00:00'), 2, [1], ['b']],
      [at('13:00:00'), 2, [0, 2], ['a', 'c']],
      [at('14:00:00'), 2, [3], ['d']],
    ]);
  });

  it('are the same columns when all rows lie in one hour', () => {
    const columns = rowsOf({ time: '13:00:00' }, { time: '13:30:00' });
    expect(splitByHour(columns)).toEqual(new Map([[at('13:00:00'), columns]]));
  });

  it('hold only the texts that their rows use', () => {
    const hours = splitByHour(
      rowsOf(
        { time: '13:00:00', id: 'ana' },
        { time: '09:00:00', id: 'eva' },
        { time: '13:10:00', id: 'leo' },
        { time: '09:10:00', id: 'leo' },
        { time: '13:20:00', id: 'ana' },
      ),
    );
    expect([...hours.values()].map(({ id }) => [textsIn(id.values), [...id.codes]])).toEqual([
      [
        ['eva', 'leo'],
        [0, 1],
      ],
      [
        ['ana', 'leo'],
        [0, 1, 0],
      ],
    ]);
  });
});

describe('the sum of bytes of archive rows', () => {
  it('is exact beyond 2^53, where a double is not', () => {
    const rows = Array.from({ length: 8_200 }, () => ({ time: '13:00:00', bytes: 2 ** 40 }));
    expect(sumOfBytes(rowsOf(...rows, { time: '13:00:00', bytes: 1 }))).toBe(8_200n * 2n ** 40n + 1n);
  });

  it('is 0 without rows', () => {
    expect(sumOfBytes(rowsOf())).toBe(0n);
  });
});
