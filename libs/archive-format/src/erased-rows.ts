import type { DictionaryColumn } from './dictionary-column.ts';
import type { EventColumns } from './event-columns.ts';

/**
 * The id of every event whose person was erased (docs/decisions/0020-erasure.md). No other event has it: the decoder
 * rejects a record with an empty id.
 */
export const ERASED_ID = '';

/** The same rows in the same order, with the empty id in place of `userId`. The text of the id is not kept. */
export function withoutUser(columns: EventColumns, userId: string): EventColumns {
  return { ...columns, id: renamed(columns.id, userId, ERASED_ID) };
}

/** The number of rows with this id. */
export function rowsOf({ id }: EventColumns, userId: string): number {
  const code = id.values.indexOf(userId);
  return code === -1 ? 0 : id.codes.reduce((count, each) => (each === code ? count + 1 : count), 0);
}

function renamed({ values, codes }: DictionaryColumn, from: string, to: string): DictionaryColumn {
  const distinct = [...new Set(values.map((value) => (value === from ? to : value)))];
  const codeOf = new Map(distinct.map((value, code) => [value, code]));
  const newCodes = values.map((value) => codeOf.get(value === from ? to : value) ?? -1);
  return { values: distinct, codes: codes.map((code) => newCodes[code] ?? -1) };
}
