import type { DictionaryColumn } from '@antenna/archive-format';
import type { ArchiveReader } from '@antenna/event-archive';
import type { FileScanner } from '@antenna/hourly-batch';

/** Reads archived files with the independent Parquet reader. */
export function parquetScanner(archive: ArchiveReader): FileScanner {
  return {
    async scan({ path }, each) {
      const { file, rows } = await archive.read(path);
      for (let row = 0; row < rows.rows; row += 1) {
        each({
          id: text(rows.id, row),
          antennaId: text(rows.antennaId, row),
          app: text(rows.app, row),
          eventTimeMs: rows.eventTimeMs[row] ?? NaN,
          bytes: rows.bytes[row] ?? NaN,
          partition: rows.partition,
          offset: rows.offset[row] ?? NaN,
        });
      }
      return file;
    },
  };
}

function text({ values, codes }: DictionaryColumn, row: number): string {
  return values[codes[row] ?? -1] ?? '';
}
