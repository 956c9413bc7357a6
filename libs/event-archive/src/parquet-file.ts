import type { EventColumns } from '@antenna/ingestion';
import { tableToIPC } from 'apache-arrow';
import {
  Compression,
  EnabledStatistics,
  Table as WasmTable,
  writeParquet,
  type WriterProperties,
  WriterPropertiesBuilder,
  WriterVersion,
} from 'parquet-wasm';
import { arrowTable } from './arrow-table.ts';
import { isWorthDictionary } from './dictionary-choice.ts';

/** Few enough that a reader without streaming (the independent one) needs some 100 MB, enough to write ids once. */
const ROW_GROUP_ROWS = 524_288;
/** Below what the independent reader looks at, 10 MB. */
const MAX_DICTIONARY_BYTES = 8 * 1024 * 1024;
/** Indexes into small dictionaries: bits packed without any slack, of which gzip makes nothing smaller. */
const DENSE_COLUMNS = ['antenna_id', 'app', 'kafka_partition'];

/**
 * The rows as the bytes of one Parquet file, in their order. Codecs and encodings are those that Spark, DuckDB,
 * BigQuery and @dsnp/parquetjs all read (docs/decisions/0001-parquet-encoder.md).
 */
export function parquetFile(rows: EventColumns, rowGroupRows = ROW_GROUP_ROWS): Uint8Array {
  const table = WasmTable.fromIPCStream(tableToIPC(arrowTable(rows), 'stream'));
  return writeParquet(table, writerProperties(rows, rowGroupRows));
}

function writerProperties(rows: EventColumns, rowGroupRows: number): WriterProperties {
  let builder = new WriterPropertiesBuilder()
    .setWriterVersion(WriterVersion.V1)
    .setCompression(Compression.GZIP)
    .setMaxRowGroupSize(rowGroupRows)
    .setDictionaryPageSizeLimit(MAX_DICTIONARY_BYTES)
    .setStatisticsEnabled(EnabledStatistics.Chunk)
    .setColumnDictionaryEnabled('kafka_offset', false)
    .setColumnDictionaryEnabled('timestamp', isWorthDictionary(rows.eventTimeMs))
    .setColumnDictionaryEnabled('bytes', isWorthDictionary(rows.bytes));
  for (const column of DENSE_COLUMNS) builder = builder.setColumnCompression(column, Compression.SNAPPY);
  return builder.build();
}
