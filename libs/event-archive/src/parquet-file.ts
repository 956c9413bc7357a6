import type { EventColumns } from '@antenna/archive-format';
import { type Table, tableToIPC } from 'apache-arrow';
import {
  Compression,
  EnabledStatistics,
  ParquetFile,
  type RecordBatch,
  transformParquetStream,
  Table as WasmTable,
  type WriterProperties,
  WriterPropertiesBuilder,
  WriterVersion,
} from 'parquet-wasm';
import { arrowBatches } from './arrow-batches.ts';
import { release } from './background-thread.ts';
import { ascendingRows } from './row-order.ts';

/**
 * Small enough that a reader without streaming (the independent one) needs some 100 MB; large enough to write ids once.
 */
const ROW_GROUP_ROWS = 524_288;
/** Rows in the memory of the WebAssembly at a time, besides the encoded bytes: that memory never shrinks. */
const BATCH_ROWS = 32_768;
/** Half of gzip's window: compresses offsets in two thirds of the time, and equally well. */
const MAX_PAGE_BYTES = 16 * 1024;
/** Below the limit of the independent reader, 10 MB. */
const MAX_DICTIONARY_BYTES = 8 * 1024 * 1024;
/** Columns with small dictionaries: their indexes are packed bits, which gzip does not compress further. */
const DENSE_COLUMNS = ['antenna_id', 'app', 'kafka_partition'];
/** Columns by which readers skip files and row groups. Users, antennas, apps and bytes have no such ranges. */
const COLUMNS_WITH_STATISTICS = ['timestamp', 'kafka_partition', 'kafka_offset'];

/**
 * Encodes the rows as one Parquet file, sorted by event time, with rows of the same time in their given order: the time
 * column then takes nearly no space. Spark, DuckDB, BigQuery and @dsnp/parquetjs all read its codecs and encodings
 * (docs/decisions/0001-parquet-encoder.md).
 */
export async function parquetFile(rows: EventColumns, rowGroupRows = ROW_GROUP_ROWS): Promise<Uint8Array> {
  const failures: unknown[] = [];
  const batches = ReadableStream.from(recordBatches(rows, failures));
  const encoded = await transformParquetStream(batches, writerProperties(rows, rowGroupRows));
  const parts: Uint8Array[] = [];
  for await (const part of encoded as ReadableStream<Uint8Array>) parts.push(part);
  const file = Buffer.concat(parts);
  if (failures.length > 0) throw failures[0];
  await refuseLoss(file, rows.rows);
  return file;
}

/** @param failures collects errors: the library would take an error for the end of the rows. */
function* recordBatches(rows: EventColumns, failures: unknown[]): Generator<RecordBatch | undefined, void, undefined> {
  try {
    for (const batch of arrowBatches(rows, ascendingRows(rows.eventTimeMs), BATCH_ROWS)) yield recordBatch(batch);
  } catch (error) {
    failures.push(error);
  }
}

function recordBatch(batch: Table): RecordBatch | undefined {
  const stream = tableToIPC(batch, 'stream');
  const table = WasmTable.fromIPCStream(stream);
  release([stream.buffer]);
  const only = table.recordBatch(0);
  table.free();
  return only;
}

/** The library silently skips a batch that it cannot write, so the number of rows in the file is checked. */
async function refuseLoss(file: Buffer<ArrayBuffer>, rows: number): Promise<void> {
  const parquet = await ParquetFile.fromFile(new Blob([file]));
  const metadata = parquet.metadata();
  const written = metadata.fileMetadata().numRows();
  metadata.free();
  parquet.free();
  if (written !== rows) throw new Error(`${written} rows were encoded instead of ${rows}`);
}

function writerProperties(rows: EventColumns, rowGroupRows: number): WriterProperties {
  const haveBytesDictionary = isWorthDictionary(rows.bytes);
  let builder = new WriterPropertiesBuilder()
    .setWriterVersion(WriterVersion.V1)
    .setCompression(Compression.GZIP)
    .setMaxRowGroupSize(rowGroupRows)
    .setDataPageSizeLimit(MAX_PAGE_BYTES)
    .setDictionaryPageSizeLimit(MAX_DICTIONARY_BYTES)
    .setStatisticsEnabled(EnabledStatistics.None)
    .setColumnDictionaryEnabled('kafka_offset', false)
    .setColumnDictionaryEnabled('timestamp', isWorthDictionary(rows.eventTimeMs))
    .setColumnDictionaryEnabled('bytes', haveBytesDictionary);
  for (const column of haveBytesDictionary ? [...DENSE_COLUMNS, 'bytes'] : DENSE_COLUMNS) {
    builder = builder.setColumnCompression(column, Compression.SNAPPY);
  }
  for (const column of COLUMNS_WITH_STATISTICS) {
    builder = builder.setColumnStatisticsEnabled(column, EnabledStatistics.Chunk);
  }
  return builder.build();
}

const SAMPLE_ROWS = 65_536;

/**
 * Whether values repeat so often that a dictionary and indexes into it are smaller than the values themselves. Samples
 * at most 65,536 rows, spread evenly over the column: a dictionary pays when each value occurs twice among them on
 * average. (Seconds and small counts repeat; milliseconds and large counts hardly do.)
 */
export function isWorthDictionary(column: Float64Array): boolean {
  const step = Math.ceil(column.length / SAMPLE_ROWS);
  const distinct = new Set<number>();
  let sampled = 0;
  for (let row = 0; row < column.length; row += step) {
    distinct.add(column[row] ?? 0);
    sampled += 1;
  }
  return distinct.size * 2 <= sampled;
}
