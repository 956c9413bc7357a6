import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetRowGroups } from '@antenna/event-archive';
import { parseArchivePath } from '@antenna/archive-format';
import type { Database } from '../system/database.ts';
import type { ArchivedEvents } from './archived-events.ts';
import type { Findings } from './findings.ts';

interface ManifestRow {
  readonly path: string;
  readonly row_count: string;
  readonly size_bytes: string;
  readonly checksum: string;
}

/** Reads every file that there is, and compares them with the manifest both ways. @returns how many there are. */
export async function checkArchiveFiles(
  { folder, files }: { readonly folder: string; readonly files: readonly string[] },
  database: Database,
  events: ArchivedEvents,
  findings: Findings,
): Promise<number> {
  const manifest = await database.query<ManifestRow>(
    'SELECT path, row_count, size_bytes, checksum FROM pipeline.archive_file',
  );
  const listed = new Map(manifest.map((row) => [row.path, row]));
  for (const path of files) {
    const wanted = listed.get(path);
    listed.delete(path);
    if (wanted === undefined) findings.add('file that the manifest does not know', path);
    await checkFile({ folder, path }, wanted, events, findings);
  }
  for (const path of listed.keys()) findings.add('file of the manifest missing', path);
  return files.length;
}

async function checkFile(
  { folder, path }: { readonly folder: string; readonly path: string },
  wanted: ManifestRow | undefined,
  events: ArchivedEvents,
  findings: Findings,
): Promise<void> {
  const before = events.rows;
  const generation = parseArchivePath(path)?.generation ?? 0;
  try {
    for await (const group of parquetRowGroups(join(folder, path))) events.add(group, generation);
  } catch (error) {
    findings.add('file that cannot be read', `${path}: ${String(error)}`);
    return;
  }
  if (wanted === undefined) return;
  const bytes = await readFile(join(folder, path));
  const checksum = createHash('sha256').update(bytes).digest('hex');
  const isAsListed =
    Number(wanted.row_count) === events.rows - before &&
    Number(wanted.size_bytes) === bytes.byteLength &&
    wanted.checksum === checksum;
  if (!isAsListed) findings.add('file that is not what the manifest says', wanted.path);
}
