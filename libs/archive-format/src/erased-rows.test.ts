import { textsIn } from '@antenna/event-schema';
import { ERASED_ID, rowsOf, withoutUser } from './erased-rows.ts';
import type { EventColumns } from './event-columns.ts';
import { firstDifference } from './first-difference.ts';
import { columnsOf, idsOf } from './testing/columns-of.ts';

function rowsWith(...ids: readonly string[]): EventColumns {
  return columnsOf(ids.map((id, row) => ({ id, eventTimeMs: row, bytes: row })));
}

describe('rows without a user', () => {
  it('have the empty id in the places of the user, and are otherwise the same', () => {
    const rows = rowsWith('ana', 'bob', 'ana', 'eva');
    const erased = withoutUser(rows, 'ana');
    expect(idsOf(erased)).toEqual([ERASED_ID, 'bob', ERASED_ID, 'eva']);
    expect({ ...erased, id: rows.id }).toEqual(rows);
  });

  it('do not hold the text of the id', () => {
    expect(textsIn(withoutUser(rowsWith('ana', 'bob'), 'ana').id.values)).toEqual([ERASED_ID, 'bob']);
  });

  it('join the rows of users that were erased before', () => {
    const erased = withoutUser(withoutUser(rowsWith('ana', 'bob', 'eva'), 'eva'), 'ana');
    expect(idsOf(erased)).toEqual([ERASED_ID, 'bob', ERASED_ID]);
    expect(textsIn(erased.id.values)).toHaveLength(2);
  });

  it('leave a user alone whose id only begins like that of the erased one', () => {
    expect(idsOf(withoutUser(rowsWith('ana', 'anabel'), 'ana'))).toEqual([ERASED_ID, 'anabel']);
  });

  it('are the same rows when the user has none', () => {
    const rows = rowsWith('bob', 'eva');
    expect(firstDifference(rows, withoutUser(rows, 'ana'))).toBeUndefined();
  });
});

describe('the number of rows of a user', () => {
  it('counts exactly the rows with the id', () => {
    expect(['ana', 'bob', 'leo'].map((id) => rowsOf(rowsWith('ana', 'bob', 'ana'), id))).toEqual([2, 1, 0]);
  });
});
