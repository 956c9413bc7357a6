import type { DictionaryColumn } from '@antenna/archive-format';
import { rangeOf, valuesOfRows } from '../row-order.ts';
import { indexPage, indexWidth } from './dictionary-indexes.ts';
import { distinctNumbers, isWorthDictionary } from './number-dictionary.ts';
import { plainInt32, plainInt64, plainSize, plainTexts } from './plain-values.ts';

/** Below the limit of the independent reader, 10 MB. */
const MAX_DICTIONARY_BYTES = 8 * 1024 * 1024;

/** The values of a column in the rows of a row group, encoded. */
export interface ColumnValues {
  /** The distinct values, to which the pages then hold indexes; undefined: pages hold the values themselves. */
  readonly dictionary: { readonly count: number; readonly plain: Buffer } | undefined;
  /** The data page of the rows [from, to). */
  readonly page: (from: number, to: number) => Buffer;
  /** The smallest and the largest value, for columns by which readers skip row groups. */
  readonly range?: readonly [least: Buffer, greatest: Buffer];
}

/** Numbers that do not repeat, without a dictionary. @param rows the rows of the row group, in the order of the file. */
export function distinctInt64s(column: Float64Array, rows: Int32Array): ColumnValues {
  return plainNumbers(valuesOfRows(column, rows, new Float64Array(rows.length)));
}

/** Numbers, with a dictionary if they repeat often. */
export function int64s(column: Float64Array, rows: Int32Array): ColumnValues {
  const values = valuesOfRows(column, rows, new Float64Array(rows.length));
  if (!isWorthDictionary(values)) return plainNumbers(values);
  const { distinct, indexes } = distinctNumbers(values);
  return { ...coded({ count: distinct.length, plain: plainInt64(distinct) }, indexes), range: plainRange(distinct) };
}

/** A column that has the same number in all rows. */
export function constantInt32(value: number, rows: Int32Array): ColumnValues {
  const plain = plainInt32(value);
  return { ...coded({ count: 1, plain }, new Int32Array(rows.length)), range: [plain, plain] };
}

/**
 * Texts, with a dictionary of the texts that occur unless it would be too large.
 * @throws {RangeError} when a row has a code that no text has.
 */
export function texts({ values, codes }: DictionaryColumn, rows: Int32Array): ColumnValues {
  const codesOfRows = valuesOfRows(codes, rows, new Int32Array(rows.length));
  const { used, indexes } = renumbered(codesOfRows, values.starts.length - 1);
  if (plainSize(values, used) > MAX_DICTIONARY_BYTES) {
    return { dictionary: undefined, page: (from, to) => plainTexts(values, codesOfRows.subarray(from, to)) };
  }
  return coded({ count: used.length, plain: plainTexts(values, used) }, indexes);
}

function plainNumbers(values: Float64Array): ColumnValues {
  return {
    dictionary: undefined,
    page: (from, to) => plainInt64(values.subarray(from, to)),
    range: plainRange(values),
  };
}

function coded(dictionary: NonNullable<ColumnValues['dictionary']>, indexes: Int32Array): ColumnValues {
  const width = indexWidth(dictionary.count);
  return { dictionary, page: (from, to) => indexPage(indexes.subarray(from, to), width) };
}

function plainRange(values: Float64Array): readonly [Buffer, Buffer] {
  const [least, greatest] = rangeOf(values);
  return [plainInt64(Float64Array.of(least)), plainInt64(Float64Array.of(greatest))];
}

/** Returns the codes that occur, and for each row the index of its code among them. */
function renumbered(codes: Int32Array, values: number): { readonly used: Int32Array; readonly indexes: Int32Array } {
  const [used, indexes] = [new Int32Array(values), new Int32Array(codes.length)];
  const indexOfCode = new Int32Array(values).fill(-1);
  let count = 0;
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row] ?? -1;
    const known = indexOfCode[code];
    if (known === undefined) throw new RangeError(`the code of a text is out of bounds: ${code}`);
    if (known < 0) {
      indexOfCode[code] = count;
      used[count++] = code;
    }
    indexes[row] = indexOfCode[code] ?? -1;
  }
  return { used: used.subarray(0, count), indexes };
}
