import type { DictionaryColumn, EventColumns } from '@antenna/archive-format';
import { unreadable } from './archive-error.ts';
import { rowGroups } from './row-group-columns.ts';

/** A row of the archive. */
export interface ArchivedRow {
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly eventTimeMs: number;
  readonly id: string;
  readonly antennaId: string;
  readonly bytes: number;
  readonly app: string;
}

/**
 * The rows of an archive file in their order, by column, up to half a million at a time. The reader is independent of
 * the library that writes: a file that both agree on is readable by any reader. Takes about 2 s of CPU for a million
 * rows, on the calling thread.
 * @param path of a local file.
 * @throws {ArchiveError} ARCHIVE_FILE_UNREADABLE when it is no Parquet file with the archive's columns.
 */
export async function* parquetRowGroups(path: string): AsyncGenerator<EventColumns, void, void> {
  try {
    yield* rowGroups(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The rows of an archive file one by one, read like `parquetRowGroups`. */
export async function* parquetRows(path: string): AsyncGenerator<ArchivedRow, void, void> {
  for await (const group of parquetRowGroups(path)) {
    for (let row = 0; row < group.rows; row += 1) yield rowAt(group, row);
  }
}

function rowAt(columns: EventColumns, row: number): ArchivedRow {
  return {
    partition: columns.partition,
    offset: columns.offset[row] ?? 0,
    eventTimeMs: columns.eventTimeMs[row] ?? 0,
    id: textAt(columns.id, row),
    antennaId: textAt(columns.antennaId, row),
    bytes: columns.bytes[row] ?? 0,
    app: textAt(columns.app, row),
  };
}

function textAt({ values, codes }: DictionaryColumn, row: number): string {
  return values[codes[row] ?? -1] ?? '';
}
