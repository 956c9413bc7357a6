import { ERASED_ID, type EventColumns, rowsOf, sumOfBytes } from '@antenna/archive-format';
import type { ArchivedFile, StoredFile } from '../ports/index.ts';

/** The manifest entry of a file that holds these rows, all of one hour. */
export function archivedFile(path: string, hourMs: number, stored: StoredFile, rows: EventColumns): ArchivedFile {
  const erasedEvents = rowsOf(rows, ERASED_ID);
  return { ...stored, path, hourMs, rows: rows.rows, eventBytes: sumOfBytes(rows), erasedEvents };
}
