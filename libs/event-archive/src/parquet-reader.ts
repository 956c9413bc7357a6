import { type ArchivedEvent, type EventColumns, eventsIn } from '@antenna/archive-format';
import { unreadable } from './archive-error.ts';
import { rowGroups } from './row-group-columns.ts';

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
export async function* parquetRows(path: string): AsyncGenerator<ArchivedEvent, void, void> {
  for await (const group of parquetRowGroups(path)) yield* eventsIn(group);
}
