import type { EventColumns } from '@antenna/ingestion';
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
import { release } from './column-buffers.ts';
import { valuesOfRows } from './row-order.ts';

const TWO_TO_32 = 2 ** 32;
/** One each: a dictionary type is told from another by an id that it gets when it is made. */
const TYPES = { id: textType(), antennaId: textType(), app: textType() };

/** The archive's columns in their order. None has nulls. */
const SCHEMA = new Schema([
  // With a time zone, so that Parquet calls it an instant and every reader takes it as UTC.
  new Field('timestamp', new TimestampMillisecond('UTC'), false),
  new Field('id', TYPES.id, false),
  new Field('antenna_id', TYPES.antennaId, false),
  new Field('bytes', new Int64(), false),
  new Field('app', TYPES.app, false),
  new Field('kafka_partition', new Int32(), false),
  new Field('kafka_offset', new Int64(), false),
]);

type TextName = keyof typeof TYPES;

/**
 * The rows in the given order, `batchRows` at a time: each table is one batch, which is made when it is asked for and is
 * gone when the next one is.
 */
export function* arrowBatches(
  rows: EventColumns,
  order: Int32Array,
  batchRows: number,
): Generator<Table, void, undefined> {
  const texts = { id: utf8(rows.id.values), antennaId: utf8(rows.antennaId.values), app: utf8(rows.app.values) };
  for (let from = 0; from < order.length; from += batchRows) {
    const columns = arrowColumns(rows, texts, order.subarray(from, from + batchRows));
    yield tableOf(columns);
    release(columns.map(({ values }) => values.buffer));
  }
}

function arrowColumns(rows: EventColumns, texts: Readonly<Record<TextName, Vector<Utf8>>>, order: Int32Array) {
  const coded = (name: TextName) => {
    const data = valuesOfRows(rows[name].codes, order, new Int32Array(order.length));
    return makeData({ type: TYPES[name], nullCount: 0, data, dictionary: texts[name] });
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

function tableOf(children: Data[]): Table {
  const length = children[0]?.length ?? 0;
  const struct = makeData({ type: new Struct(SCHEMA.fields), length, nullCount: 0, children });
  return new Table(SCHEMA, [new RecordBatch(SCHEMA, struct)]);
}

function textType(): Dictionary<Utf8, Int32> {
  return new Dictionary(new Utf8(), new Int32());
}

/** At a tenth of what `vectorFromArray` takes. */
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

/** Without a bigint for each value. Values are integers in [0, 2^53); the machine is little-endian, as Arrow is. */
function int64(column: Float64Array, order: Int32Array): BigInt64Array {
  const result = new BigInt64Array(order.length);
  const words = new Uint32Array(result.buffer);
  for (let index = 0; index < order.length; index += 1) {
    const value = column[order[index] ?? 0] ?? 0;
    // A Uint32Array takes a number modulo 2^32.
    words[2 * index] = value;
    words[2 * index + 1] = value / TWO_TO_32;
  }
  return result;
}
