import { indexOfText, textsIn, utf8Texts } from '@antenna/event-schema';
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
  const code = indexOfText(id.values, userId);
  return code === -1 ? 0 : id.codes.reduce((count, each) => (each === code ? count + 1 : count), 0);
}

function renamed({ values, codes }: DictionaryColumn, from: string, to: string): DictionaryColumn {
  const texts = textsIn(values).map((text) => (text === from ? to : text));
  const distinct = [...new Set(texts)];
  const codeOf = new Map(distinct.map((text, code) => [text, code]));
  const newCodes = texts.map((text) => codeOf.get(text) ?? -1);
  return { values: utf8Texts(distinct), codes: codes.map((code) => newCodes[code] ?? -1) };
}
