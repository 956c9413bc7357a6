import { EventInterners, type InternedEvent, type UsageEvent } from '@antenna/event-schema';
import { withoutUser } from './erased-rows.ts';
import { type EventColumns, EventColumnsBuilder, firstDifference } from './event-columns.ts';

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
    expect(columns.id.values).toEqual(['eva', 'ana']);
    expect([...columns.id.codes]).toEqual([0, 1, 0]);
    expect([...columns.app.codes]).toEqual([0, 0, 0]);
  });

  it('hold each text once, also when its codes come from several interners', () => {
    const builder = new EventColumnsBuilder(3);
    for (const [row, id] of ['eva', 'ana', 'bea', 'ana', 'eva'].entries()) {
      builder.append(row, anEvent({ id }, row < 2 ? interners : new EventInterners()));
    }
    const { id } = builder.build();
    expect([id.values, [...id.codes]]).toEqual([
      ['eva', 'ana', 'bea'],
      [0, 1, 2, 1, 0],
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
    const ids = Array.from(columns.id.codes, (code) => columns.id.values[code]);
    expect(ids).toEqual(Array.from({ length: rows }, (_, row) => `user ${row % 7}`));
    expect([...columns.offset]).toEqual(Array.from({ length: rows }, (_, row) => row));
    expect([...columns.eventTimeMs]).toEqual([...columns.offset]);
  });
});

const ANA: UsageEvent = { eventTimeMs: 1_000, id: 'ana', antennaId: 'north', bytes: 5, app: 'SKYPE' };
const EVA: UsageEvent = { ...ANA, id: 'eva' };

function columnsOf(events: readonly UsageEvent[], { partition = 0, from = 10 } = {}): EventColumns {
  const builder = new EventColumnsBuilder(partition);
  const interners = new EventInterners();
  for (const [row, event] of events.entries()) builder.append(from + row, interners.intern(event));
  return builder.build();
}

describe('the first difference between two sets of rows', () => {
  it('is undefined when they hold the same rows', () => {
    expect(firstDifference(columnsOf([ANA, EVA]), columnsOf([ANA, EVA]))).toBeUndefined();
  });

  it('is undefined when the id of an archived row was erased, and nothing else differs', () => {
    const erased = withoutUser(columnsOf([ANA, EVA]), 'eva');
    expect(firstDifference(columnsOf([ANA, EVA]), erased)).toBeUndefined();
    expect(firstDifference(erased, columnsOf([ANA, EVA]))).toBe('another id in row 1 (offset 11)');
    const otherBytes = withoutUser(columnsOf([ANA, { ...EVA, bytes: 6 }]), 'eva');
    expect(firstDifference(columnsOf([ANA, EVA]), otherBytes)).toBe('another bytes in row 1 (offset 11)');
  });

  it('is undefined when only the codes of their texts differ', () => {
    const renumbered = columnsOf([ANA, EVA]);
    const id = { values: ['unused', 'eva', 'ana'], codes: Int32Array.of(2, 1) };
    expect(firstDifference(columnsOf([ANA, EVA]), { ...renumbered, id })).toBeUndefined();
  });

  it.each([
    ['another partition', columnsOf([ANA, EVA], { partition: 1 }), 'partition 1 instead of 0'],
    ['fewer rows', columnsOf([ANA]), '1 rows instead of 2'],
    ['more rows', columnsOf([ANA, EVA, EVA]), '3 rows instead of 2'],
    ['other offsets', columnsOf([ANA, EVA], { from: 11 }), 'another offset in row 0 (offset 10)'],
    ['another order', columnsOf([EVA, ANA]), 'another id in row 0 (offset 10)'],
    ['another event time', columnsOf([ANA, { ...EVA, eventTimeMs: 2 }]), 'another eventTimeMs in row 1 (offset 11)'],
    ['other bytes', columnsOf([ANA, { ...EVA, bytes: 6 }]), 'another bytes in row 1 (offset 11)'],
    ['another antenna', columnsOf([ANA, { ...EVA, antennaId: 'x' }]), 'another antennaId in row 1 (offset 11)'],
    ['another app', columnsOf([ANA, { ...EVA, app: 'x' }]), 'another app in row 1 (offset 11)'],
  ])('names %s', (_what, actual, difference) => {
    expect(firstDifference(columnsOf([ANA, EVA]), actual)).toBe(difference);
  });
});
