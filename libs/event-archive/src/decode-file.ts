import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { textsIn, utf8Texts } from '@antenna/event-schema';
import type { DictionaryColumn, EventColumns } from '@antenna/archive-format';
import type { StoredFile } from '@antenna/ingestion';
import { rowGroups } from './row-group-columns.ts';
import { ascendingRows, valuesOfRows } from './row-order.ts';

export interface DecodedFile {
  readonly file: StoredFile;
  readonly rows: EventColumns;
}

/** A whole file with its rows in offset order. The checksum is that of the decoded bytes. */
export async function decodeFile(path: string): Promise<DecodedFile> {
  const bytes = await readFile(path);
  const checksum = createHash('sha256').update(bytes).digest('hex');
  const groups: EventColumns[] = [];
  for await (const group of rowGroups(bytes)) groups.push(group);
  const [first, ...others] = groups;
  if (first === undefined) throw new TypeError('it has no rows');
  return { file: { sizeBytes: bytes.byteLength, checksum }, rows: inOffsetOrder(joinColumns([first, ...others])) };
}

type Numbers = 'offset' | 'eventTimeMs' | 'bytes';
type Texts = 'id' | 'antennaId' | 'app';

/** Concatenates the rows of the parts, which belong to one partition. */
export function joinColumns(parts: readonly [EventColumns, ...EventColumns[]]): EventColumns {
  const [first, ...others] = parts;
  if (others.length === 0) return first;
  if (others.some(({ partition }) => partition !== first.partition)) throw new TypeError('rows of several partitions');
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const numbers = (name: Numbers) =>
    joinNumbers(
      rows,
      parts.map((part) => part[name]),
    );
  const texts = (name: Texts) =>
    joinTexts(
      rows,
      parts.map((part) => part[name]),
    );
  return {
    rows,
    partition: first.partition,
    offset: numbers('offset'),
    eventTimeMs: numbers('eventTimeMs'),
    bytes: numbers('bytes'),
    id: texts('id'),
    antennaId: texts('antennaId'),
    app: texts('app'),
  };
}

function joinNumbers(rows: number, parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(rows);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function joinTexts(rows: number, parts: readonly DictionaryColumn[]): DictionaryColumn {
  const textsOfParts = parts.map((part) => textsIn(part.values));
  const values = [...new Set(textsOfParts.flat())];
  const codeOf = new Map(values.map((text, code) => [text, code]));
  const codes = new Int32Array(rows);
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const joinedCodes = (textsOfParts[index] ?? []).map((text) => codeOf.get(text) ?? -1);
    for (const code of part.codes) codes[at++] = joinedCodes[code] ?? -1;
  }
  return { values: utf8Texts(values), codes };
}

/** The rows in offset order, whatever the order in their file. */
function inOffsetOrder(columns: EventColumns): EventColumns {
  const order = ascendingRows(columns.offset);
  const numbers = (column: Float64Array) => valuesOfRows(column, order, new Float64Array(order.length));
  const texts = ({ values, codes }: DictionaryColumn) => ({
    values,
    codes: valuesOfRows(codes, order, new Int32Array(order.length)),
  });
  return {
    rows: columns.rows,
    partition: columns.partition,
    offset: numbers(columns.offset),
    eventTimeMs: numbers(columns.eventTimeMs),
    bytes: numbers(columns.bytes),
    id: texts(columns.id),
    antennaId: texts(columns.antennaId),
    app: texts(columns.app),
  };
}
