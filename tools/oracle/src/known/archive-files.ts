import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withArchive, type StoredArchive } from '../stored/archive.ts';
import type { ListedFile } from '../stored/tables.ts';
import type { ArchivedEvents } from './archived-events.ts';
import type { Findings } from './findings.ts';

/**
 * Reads every file of an archive and compares the files with the manifest, both ways.
 * @param eventsOf gets every event of the files of a topic; undefined: the stream has never read it.
 * @returns how many files there are.
 */
export async function checkArchiveFiles(
  folder: string,
  manifest: readonly ListedFile[],
  eventsOf: (topic: string) => ArchivedEvents | undefined,
  findings: Findings,
): Promise<number> {
  const listed = new Map(manifest.map((file) => [file.path, file]));
  return withArchive(folder, async (archive) => {
    for (const path of archive.paths) {
      const file = listed.get(path);
      const events = file === undefined ? undefined : eventsOf(file.topic);
      if (file === undefined) findings.add('file that the manifest does not list', path);
      else if (events === undefined) findings.add('file of a topic that the stream has never read', path);
      else await checkFile(archive, { folder, file, events }, findings);
    }
    const present = new Set(archive.paths);
    for (const path of listed.keys()) if (!present.has(path)) findings.add('file of the manifest missing', path);
    return archive.paths.length;
  });
}

interface FileOfTopic {
  readonly folder: string;
  readonly file: ListedFile;
  readonly events: ArchivedEvents;
}

async function checkFile(
  archive: StoredArchive,
  { folder, file, events }: FileOfTopic,
  findings: Findings,
): Promise<void> {
  const { path } = file;
  const rows = await readFileInto(events, archive, path).catch((error: unknown) => {
    findings.add('file that cannot be read', `${path}: ${String(error)}`);
  });
  if (rows !== undefined && !(await isAsListed(join(folder, path), rows, file)))
    findings.add('file that is not what the manifest says', path);
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
