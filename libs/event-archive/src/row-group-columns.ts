import type { EventColumns } from '@antenna/archive-format';
import type { ParquetSchema } from '@dsnp/parquetjs';
import { Utf8ColumnBuilder } from './utf8-column-builder.ts';

/** A row group as the independent reader decodes it: the values of each column, without nulls. */
interface RowGroup {
  readonly rowCount?: number;
  readonly columnData?: Readonly<Record<string, { readonly values?: readonly unknown[] }>>;
}

/**
 * The rows of an archive file, one row group at a time, decoded by @dsnp/parquetjs. The thread that reads files back
 * imports this module: everything that the module imports is loaded again whenever such a thread starts.
 * @param file a local path, or the file's bytes.
 * @throws when it is no Parquet file with the archive's columns.
 */
export async function* rowGroups(file: string | Buffer): AsyncGenerator<EventColumns, void, void> {
  // Loading it takes longer than most work on the archive that does not need it.
  const { default: parquet } = await import('@dsnp/parquetjs');
  const { ParquetReader } = parquet;
  const reader = await (typeof file === 'string' ? ParquetReader.openFile(file) : ParquetReader.openBuffer(file));
  try {
    for (const group of reader.metadata?.row_groups ?? []) {
      const data = await reader.envelopeReader?.readRowGroup(reader.schema, group, []);
      yield columnsOf(data ?? {}, reader.schema);
    }
  } finally {
    await reader.close();
  }
}

/** @throws {TypeError} when a column is missing, has nulls or has another type. */
function columnsOf(group: RowGroup, schema: ParquetSchema): EventColumns {
  const rows = group.rowCount ?? 0;
  const values = (column: string) => valuesOf(group, column);
  if (schema.fields['timestamp']?.originalType !== 'TIMESTAMP_MILLIS') {
    throw new TypeError('column timestamp is not TIMESTAMP (milliseconds, UTC)');
  }
  return {
    rows,
    partition: onlyValue('kafka_partition', values('kafka_partition')),
    offset: numbers('kafka_offset', values('kafka_offset')),
    eventTimeMs: numbers('timestamp', values('timestamp')),
    bytes: numbers('bytes', values('bytes')),
    id: texts('id', values('id')),
    antennaId: texts('antenna_id', values('antenna_id')),
    app: texts('app', values('app')),
  };
}

function valuesOf(group: RowGroup, column: string): readonly unknown[] {
  const values = group.columnData?.[column]?.values;
  if (values === undefined) throw new TypeError(`column ${column} is missing`);
  if (values.length !== group.rowCount) throw new TypeError(`column ${column} has nulls`);
  return values;
}

function numbers(column: string, values: readonly unknown[]): Float64Array {
  const result = new Float64Array(values.length);
  for (const [row, value] of values.entries()) {
    if (typeof value !== 'bigint') throw new TypeError(`column ${column} is not INT64`);
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new TypeError(`column ${column} holds ${value.toString()}`);
    result[row] = number;
  }
  return result;
}

function texts(column: string, values: readonly unknown[]) {
  const codes = new Utf8ColumnBuilder(values.length);
  for (const [row, value] of values.entries()) {
    if (!Buffer.isBuffer(value)) throw new TypeError(`column ${column} is not a text`);
    codes.append(row, value);
  }
  return codes.build();
}

function onlyValue(column: string, values: readonly unknown[]): number {
  const [first] = values;
  if (typeof first !== 'number') throw new TypeError(`column ${column} is not INT32`);
  if (values.some((value) => value !== first)) throw new TypeError(`column ${column} holds several partitions`);
  return first;
}
