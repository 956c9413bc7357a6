import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withArchive, type StoredArchive } from '../stored/archive.ts';
import type { ListedFile } from '../stored/tables.ts';
import type { ArchivedEvents } from './archived-events.ts';
import type { Findings } from './findings.ts';

/**
 * Reads every file of an archive and compares the files with the manifest, both ways.
 * @param events gets every event of every file.
 * @returns how many files there are.
 */
export async function checkArchiveFiles(
  folder: string,
  manifest: readonly ListedFile[],
  events: ArchivedEvents,
  findings: Findings,
): Promise<number> {
  const listed = new Map(manifest.map((file) => [file.path, file]));
  return withArchive(folder, async (archive) => {
    for (const path of archive.paths) {
      const file = listed.get(path);
      if (file === undefined) findings.add('file that the manifest does not list', path);
      const rows = await readFileInto(events, archive, path).catch((error: unknown) => {
        findings.add('file that cannot be read', `${path}: ${String(error)}`);
      });
      if (file !== undefined && rows !== undefined && !(await isAsListed(join(folder, path), rows, file)))
        findings.add('file that is not what the manifest says', path);
    }
    const present = new Set(archive.paths);
    for (const path of listed.keys()) if (!present.has(path)) findings.add('file of the manifest missing', path);
    return archive.paths.length;
  });
}

/** `devices-3.1-000000000100-000000000200.parquet` is of the log that began with the first truncation. */
const GENERATION = /\.(\d+)-\d+-\d+\.parquet$/;

/** @returns how many events the file holds. */
async function readFileInto(events: ArchivedEvents, archive: StoredArchive, path: string): Promise<number> {
  const before = events.rows;
  const generation = Number(GENERATION.exec(path)?.[1] ?? 0);
  for await (const event of archive.eventsOf(path)) events.add(event, generation);
  return events.rows - before;
}

async function isAsListed(path: string, rows: number, listed: ListedFile): Promise<boolean> {
  const bytes = await readFile(path);
  const checksum = createHash('sha256').update(bytes).digest('hex');
  return Number(listed.rows) === rows && listed.sizeBytes === bytes.byteLength && listed.checksum === checksum;
}
