import { int32, struct, text, type ThriftValue, yes } from './thrift.ts';

/** Numbers of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
export const PHYSICAL_TYPES = { int32: 1, int64: 2, timestamp: 2, text: 6 } as const;
const REQUIRED = 0;
const CONVERTED_UTF8 = 0;
const CONVERTED_TIMESTAMP_MILLIS = 9;

export interface ArchiveColumn {
  readonly name: string;
  /** `timestamp`: milliseconds since 1970, an instant. */
  readonly type: keyof typeof PHYSICAL_TYPES;
}

/** The archive's columns in order. None is nullable. */
export const ARCHIVE_COLUMNS = [
  { name: 'timestamp', type: 'timestamp' },
  { name: 'id', type: 'text' },
  { name: 'antenna_id', type: 'text' },
  { name: 'bytes', type: 'int64' },
  { name: 'app', type: 'text' },
  { name: 'kafka_partition', type: 'int32' },
  { name: 'kafka_offset', type: 'int64' },
] as const satisfies readonly ArchiveColumn[];

/** The schema of the file: its root, then each column. */
export function schemaElements(): readonly ThriftValue[] {
  const root = struct({ 4: text('schema'), 5: int32(ARCHIVE_COLUMNS.length) });
  return [root, ...ARCHIVE_COLUMNS.map(schemaElement)];
}

function schemaElement({ name, type }: ArchiveColumn): ThriftValue {
  return struct({ 1: int32(PHYSICAL_TYPES[type]), 3: int32(REQUIRED), 4: text(name), ...meaningOf(type) });
}

/** The logical type in both forms: the converted type for readers from before 2018, and the present one. */
function meaningOf(type: ArchiveColumn['type']): Record<number, ThriftValue> {
  if (type === 'text') return { 6: int32(CONVERTED_UTF8), 10: struct({ 1: struct({}) }) };
  if (type !== 'timestamp') return {};
  const milliseconds = struct({ 1: struct({}) });
  return { 6: int32(CONVERTED_TIMESTAMP_MILLIS), 10: struct({ 8: struct({ 1: yes, 2: milliseconds }) }) };
}
