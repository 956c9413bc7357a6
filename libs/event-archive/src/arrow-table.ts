import type { EventColumns, TextColumn } from '@antenna/ingestion';
import {
  type Data,
  Dictionary,
  Field,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';

const TWO_TO_32 = 2 ** 32;

/** The archive's columns in their order. None has nulls. */
export function arrowTable(rows: EventColumns): Table {
  const columns: Record<string, Data> = {
    // With a time zone, so that Parquet calls it an instant and every reader takes it as UTC.
    timestamp: makeData({ type: new TimestampMillisecond('UTC'), nullCount: 0, data: int64(rows.eventTimeMs) }),
    id: dictionary(rows.id),
    antenna_id: dictionary(rows.antennaId),
    bytes: makeData({ type: new Int64(), nullCount: 0, data: int64(rows.bytes) }),
    app: dictionary(rows.app),
    kafka_partition: makeData({
      type: new Int32(),
      nullCount: 0,
      data: new Int32Array(rows.rows).fill(rows.partition),
    }),
    kafka_offset: makeData({ type: new Int64(), nullCount: 0, data: int64(rows.offset) }),
  };
  const schema = new Schema(Object.entries(columns).map(([name, { type }]) => new Field(name, type, false)));
  const children = Object.values(columns);
  const struct = makeData({ type: new Struct(schema.fields), length: rows.rows, nullCount: 0, children });
  return new Table(schema, [new RecordBatch(schema, struct)]);
}

function dictionary({ values, codes }: TextColumn): Data {
  const type = new Dictionary(new Utf8(), new Int32());
  return makeData({ type, nullCount: 0, data: codes, dictionary: vectorFromArray(values, new Utf8()) });
}

/** Without a bigint for each value. Values are integers in [0, 2^53); the machine is little-endian, as Arrow is. */
function int64(column: Float64Array): BigInt64Array {
  const result = new BigInt64Array(column.length);
  const words = new Uint32Array(result.buffer);
  for (let row = 0; row < column.length; row += 1) {
    const value = column[row] ?? 0;
    words[2 * row] = value % TWO_TO_32;
    words[2 * row + 1] = value / TWO_TO_32;
  }
  return result;
}
