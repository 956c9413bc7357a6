import { EventInterners, type InternedEvent, textsIn, type UsageEvent } from '@antenna/event-schema';
import { textsOfRows } from './dictionary-column.ts';
import { EventColumnsBuilder, sumOfBytes } from './event-columns.ts';
import { columnsOf } from './testing/columns-of.ts';

const interners = new EventInterners();

function anEvent(changes: Partial<UsageEvent> = {}, into = interners): InternedEvent {
  return into.intern({ eventTimeMs: 1_000, id: 'ana', antennaId: 'north', bytes: 5, app: 'SKYPE', ...changes });
}

describe('events in columns', () => {
  it('hold each text once, with codes in the order of first appearance', () => {
    const builder = new EventColumnsBuilder(3);
    builder.append(10, anEvent({ id: 'eva' }));
    builder.append(11, anEvent({ id: 'ana' }));
    builder.append(15, anEvent({ id: 'eva', bytes: 2 ** 40 }));
    const columns = builder.build();
    expect([columns.partition, columns.rows]).toEqual([3, 3]);
    expect([...columns.offset]).toEqual([10, 11, 15]);
    expect([...columns.bytes]).toEqual([5, 5, 2 ** 40]);
    expect(textsIn(columns.id.values)).toEqual(['eva', 'ana']);
    expect([...columns.id.codes]).toEqual([0, 1, 0]);
    expect([...columns.app.codes]).toEqual([0, 0, 0]);
  });

  it('hold each text once, also when its codes come from several interners', () => {
    const builder = new EventColumnsBuilder(3);
    for (const [row, id] of ['eva', 'ana', 'bea', 'ana', 'eva'].entries()) {
      builder.append(row, anEvent({ id }, row < 2 ? interners : new EventInterners()));
    }
    const { id } = builder.build();
    expect([textsIn(id.values), [...id.codes]]).toEqual([
      ['eva', 'ana', 'bea'],
      [0, 1, 2, 1, 0],
    ]);
  });

  it('hold each text once, also when the interner holds many texts of other events', () => {
    const crowded = new EventInterners();
    for (let user = 0; user < 200; user += 1) anEvent({ id: `user ${user}` }, crowded);
    const builder = new EventColumnsBuilder(3);
    for (const [row, id] of ['user 7', 'new', 'user 7'].entries()) builder.append(row, anEvent({ id }, crowded));
    const { id } = builder.build();
    expect([textsIn(id.values), [...id.codes]]).toEqual([
      ['user 7', 'new'],
      [0, 1, 0],
    ]);
  });

  it('are empty without events', () => {
    const columns = new EventColumnsBuilder(0).build();
    expect([columns.rows, columns.offset.length, columns.id.codes.length]).toEqual([0, 0, 0]);
  });

  it('hold all events when the columns grow', () => {
    const builder = new EventColumnsBuilder(0);
    const rows = 5_000;
    for (let row = 0; row < rows; row += 1) builder.append(row, anEvent({ eventTimeMs: row, id: `user ${row % 7}` }));
    const columns = builder.build();
    expect(builder.rows).toBe(rows);
    const ids = Array.from(columns.id.codes.keys(), textsOfRows(columns.id));
    expect(ids).toEqual(Array.from({ length: rows }, (_, row) => `user ${row % 7}`));
    expect([...columns.offset]).toEqual(Array.from({ length: rows }, (_, row) => row));
    expect([...columns.eventTimeMs]).toEqual([...columns.offset]);
  });
});

describe('the sum of bytes of archive rows', () => {
  it('is exact beyond 2^53, where a double is not', () => {
    const rows = Array.from({ length: 8_200 }, () => ({ bytes: 2 ** 40 }));
    expect(sumOfBytes(columnsOf([...rows, { bytes: 1 }]))).toBe(8_200n * 2n ** 40n + 1n);
  });

  it('is 0 without rows', () => {
    expect(sumOfBytes(columnsOf([]))).toBe(0n);
  });
});
