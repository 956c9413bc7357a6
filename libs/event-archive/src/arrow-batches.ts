import type { EventColumns, DictionaryColumn } from '@antenna/archive-format';
import {
  type Data,
  Dictionary,
  Field,
  Int32,
  Int64,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMillisecond,
  Utf8,
  type Vector,
} from 'apache-arrow';
import { release } from './background-thread.ts';
import { valuesOfRows } from './row-order.ts';

const TWO_TO_32 = 2 ** 32;
/** One type object for each column: Arrow identifies a dictionary by an id that its type gets at creation. */
const TYPES = { id: textType(), antennaId: textType(), app: textType() };

/** The archive's columns in order. None is nullable. */
const SCHEMA = new Schema([
  // With a time zone, so that Parquet stores an instant, which every reader interprets as UTC.
  new Field('timestamp', new TimestampMillisecond('UTC'), false),
  new Field('id', TYPES.id, false),
  new Field('antenna_id', TYPES.antennaId, false),
  new Field('bytes', new Int64(), false),
  new Field('app', TYPES.app, false),
  new Field('kafka_partition', new Int32(), false),
  new Field('kafka_offset', new Int64(), false),
]);

type TextName = keyof typeof TYPES;

/** The dictionaries of the file, for columns with at most as many texts as a batch has rows: all batches share them. */
type WholeTexts = Readonly<Record<TextName, Vector<Utf8> | undefined>>;

/**
 * The rows in the given order, in batches of `batchRows`. Each batch is made when it is requested, and released when
 * the next one is.
 */
export function* arrowBatches(
  rows: EventColumns,
  order: Int32Array,
  batchRows: number,
): Generator<Table, void, undefined> {
  const whole = ({ values }: DictionaryColumn) => (values.length <= batchRows ? utf8(values) : undefined);
  const texts = { id: whole(rows.id), antennaId: whole(rows.antennaId), app: whole(rows.app) };
  for (let from = 0; from < order.length; from += batchRows) {
    const columns = arrowColumns(rows, texts, order.subarray(from, from + batchRows));
    yield tableOf(columns);
    release(columns.map(({ values }) => values.buffer));
  }
}

function arrowColumns(rows: EventColumns, texts: WholeTexts, order: Int32Array) {
  const coded = (name: TextName) => {
    const codes = valuesOfRows(rows[name].codes, order, new Int32Array(order.length));
    const dictionary = texts[name] ?? utf8(renumbered(codes, rows[name].values));
    return makeData({ type: TYPES[name], nullCount: 0, data: codes, dictionary });
  };
  return [
    makeData({ type: new TimestampMillisecond('UTC'), nullCount: 0, data: int64(rows.eventTimeMs, order) }),
    coded('id'),
    coded('antennaId'),
    makeData({ type: new Int64(), nullCount: 0, data: int64(rows.bytes, order) }),
    coded('app'),
    makeData({ type: new Int32(), nullCount: 0, data: new Int32Array(order.length).fill(rows.partition) }),
    makeData({ type: new Int64(), nullCount: 0, data: int64(rows.offset, order) }),
  ];
}

/**
 * The texts that a batch uses; replaces its codes by indexes into them. A file where nearly every row has its own user
 * would otherwise need all texts of the file in each batch: time proportional to rows times texts.
 */
function renumbered(codes: Int32Array, values: readonly string[]): readonly string[] {
  const used: string[] = [];
  const known = new Int32Array(values.length);
  for (const [row, code] of codes.entries()) {
    if (known[code] === 0) known[code] = used.push(values[code] ?? '');
    codes[row] = (known[code] ?? 0) - 1;
  }
  return used;
}

function tableOf(children: Data[]): Table {
  const length = children[0]?.length ?? 0;
  const struct = makeData({ type: new Struct(SCHEMA.fields), length, nullCount: 0, children });
  return new Table(SCHEMA, [new RecordBatch(SCHEMA, struct)]);
}

function textType(): Dictionary<Utf8, Int32> {
  return new Dictionary(new Utf8(), new Int32());
}

/** Takes a tenth of the time of `vectorFromArray`. */
function utf8(values: readonly string[]): Vector<Utf8> {
  const data = Buffer.alloc(values.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  const valueOffsets = new Int32Array(values.length + 1);
  let end = 0;
  for (const [index, text] of values.entries()) {
    end += data.write(text, end);
    valueOffsets[index + 1] = end;
  }
  return makeVector(makeData({ type: new Utf8(), length: values.length, nullCount: 0, valueOffsets, data }));
}

/** Avoids a bigint for each value. Values are integers in [0, 2^53); Arrow and the machine are little-endian. */
function int64(column: Float64Array, order: Int32Array): BigInt64Array {
  const result = new BigInt64Array(order.length);
  const words = new Uint32Array(result.buffer);
  for (let index = 0; index < order.length; index += 1) {
    const value = column[order[index] ?? 0] ?? 0;
    // A Uint32Array stores a number modulo 2^32.
    words[2 * index] = value;
    words[2 * index + 1] = value / TWO_TO_32;
  }
  return result;
}
