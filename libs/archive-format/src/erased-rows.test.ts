import { EventInterners } from '@antenna/event-schema';
import { ERASED_ID, rowsOf, withoutUser } from './erased-rows.ts';
import { type EventColumns, EventColumnsBuilder, firstDifference } from './event-columns.ts';

function columnsOf(...ids: readonly string[]): EventColumns {
  const builder = new EventColumnsBuilder(2);
  const interners = new EventInterners();
  for (const [offset, id] of ids.entries()) {
    builder.append(
      offset,
      interners.intern({ eventTimeMs: offset, id, antennaId: 'north', bytes: offset, app: 'SKYPE' }),
    );
  }
  return builder.build();
}

function idsOf({ id }: EventColumns): (string | undefined)[] {
  return [...id.codes].map((code) => id.values[code]);
}

describe('rows without a user', () => {
  it('have the empty id in the places of the user, and are otherwise the same', () => {
    const rows = columnsOf('ana', 'bob', 'ana', 'eva');
    const erased = withoutUser(rows, 'ana');
    expect(idsOf(erased)).toEqual([ERASED_ID, 'bob', ERASED_ID, 'eva']);
    expect({ ...erased, id: rows.id }).toEqual(rows);
  });

  it('do not hold the text of the id', () => {
    expect(withoutUser(columnsOf('ana', 'bob'), 'ana').id.values).toEqual([ERASED_ID, 'bob']);
  });

  it('join the rows of users that were erased before', () => {
    const erased = withoutUser(withoutUser(columnsOf('ana', 'bob', 'eva'), 'eva'), 'ana');
    expect(idsOf(erased)).toEqual([ERASED_ID, 'bob', ERASED_ID]);
    expect(erased.id.values).toHaveLength(2);
  });

  it('leave a user alone whose id only begins like that of the erased one', () => {
    expect(idsOf(withoutUser(columnsOf('ana', 'anabel'), 'ana'))).toEqual([ERASED_ID, 'anabel']);
  });

  it('are the same rows when the user has none', () => {
    const rows = columnsOf('bob', 'eva');
    expect(firstDifference(rows, withoutUser(rows, 'ana'))).toBeUndefined();
  });
});

describe('the number of rows of a user', () => {
  it('counts exactly the rows with the id', () => {
    expect(['ana', 'bob', 'leo'].map((id) => rowsOf(columnsOf('ana', 'bob', 'ana'), id))).toEqual([2, 1, 0]);
  });
});
