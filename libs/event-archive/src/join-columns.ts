import type { EventColumns, DictionaryColumn } from '@antenna/archive-format';

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
  const values = [...new Set(parts.flatMap((part) => part.values))];
  const codeOf = new Map(values.map((text, code) => [text, code]));
  const codes = new Int32Array(rows);
  let at = 0;
  for (const part of parts) {
    const joinedCodes = Int32Array.from(part.values, (text) => codeOf.get(text) ?? -1);
    for (const code of part.codes) codes[at++] = joinedCodes[code] ?? -1;
  }
  return { values, codes };
}
