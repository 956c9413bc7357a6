import type { EventColumns } from '@antenna/archive-format';
import { columnsOf } from './row-group-columns.ts';

/**
 * The rows of an archive file, one row group at a time, decoded by @dsnp/parquetjs.
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
