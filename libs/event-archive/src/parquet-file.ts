import type { EventColumns } from '@antenna/archive-format';
import { ARCHIVE_COLUMNS, schemaElements } from './parquet/archive-schema.ts';
import { type ColumnChunk, columnChunk } from './parquet/column-chunk.ts';
import { type ColumnValues, constantInt32, distinctInt64s, int64s, texts } from './parquet/column-values.ts';
import { int32, int64, list, struct, text, thriftBytes, type ThriftValue } from './parquet/thrift.ts';
import { ascendingRows } from './row-order.ts';

/**
 * Small enough that a reader without streaming (the independent one) needs some 100 MB; large enough to write ids once.
 */
const ROW_GROUP_ROWS = 524_288;
/** Begins and ends every Parquet file. */
const MAGIC = Buffer.from('PAR1');
const VERSION = 1;
const CREATED_BY = 'antenna event-archive version 1.0.0';

/**
 * Encodes the rows as one Parquet file, sorted by event time, with rows of the same time in their given order: the time
 * column then takes nearly no space. Spark, DuckDB, BigQuery, Arrow and @dsnp/parquetjs all read its codec and encodings
 * (docs/decisions/0018-own-parquet-pages.md).
 * @throws {RangeError} when a row has a code that no text has.
 */
export function parquetFile(rows: EventColumns, rowGroupRows = ROW_GROUP_ROWS): Buffer {
  const order = ascendingRows(rows.eventTimeMs);
  const parts: Buffer[] = [MAGIC];
  const groups: ThriftValue[] = [];
  let offset = MAGIC.length;
  for (let from = 0; from < order.length; from += rowGroupRows) {
    const group = order.subarray(from, from + rowGroupRows);
    const chunks = chunksOf(rows, group);
    groups.push(rowGroup(chunks, group.length, offset));
    for (const chunk of chunks) {
      parts.push(...chunk.parts);
      offset += chunk.sizeBytes;
    }
  }
  return Buffer.concat([...parts, ...footer(groups, rows.rows)]);
}

function chunksOf(rows: EventColumns, group: Int32Array): readonly ColumnChunk[] {
  const encode: Readonly<Record<(typeof ARCHIVE_COLUMNS)[number]['name'], () => ColumnValues>> = {
    timestamp: () => int64s(rows.eventTimeMs, group),
    id: () => texts(rows.id, group),
    antenna_id: () => texts(rows.antennaId, group),
    bytes: () => withoutRange(int64s(rows.bytes, group)),
    app: () => texts(rows.app, group),
    kafka_partition: () => constantInt32(rows.partition, group),
    kafka_offset: () => distinctInt64s(rows.offset, group),
  };
  return ARCHIVE_COLUMNS.map((column) => columnChunk(column, encode[column.name](), group.length));
}

/** Without statistics: readers do not select rows by the number of bytes. */
function withoutRange({ dictionary, page }: ColumnValues): ColumnValues {
  return { dictionary, page };
}

function rowGroup(chunks: readonly ColumnChunk[], rows: number, offset: number): ThriftValue {
  let at = offset;
  const columns = chunks.map((chunk) => {
    const metadata = chunk.metadata(at);
    at += chunk.sizeBytes;
    return metadata;
  });
  const uncompressed = chunks.reduce((sum, { uncompressedBytes }) => sum + uncompressedBytes, 0);
  return struct({ 1: list(columns), 2: int64(uncompressed), 3: int64(rows), 6: int64(at - offset) });
}

function footer(groups: readonly ThriftValue[], rows: number): readonly Buffer[] {
  // Each column has the order of its type. Readers ignore statistics of a column without a declared order.
  const orders = ARCHIVE_COLUMNS.map(() => struct({ 1: struct({}) }));
  const metadata = thriftBytes({
    1: int32(VERSION),
    2: list(schemaElements()),
    3: int64(rows),
    4: list(groups),
    6: text(CREATED_BY),
    7: list(orders),
  });
  const size = Buffer.alloc(4);
  size.writeUInt32LE(metadata.length);
  return [metadata, size, MAGIC];
}
