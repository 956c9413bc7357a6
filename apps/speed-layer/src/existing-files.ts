import type { ParquetArchive } from '@antenna/event-archive';
import { parseArchivePath, sumOfBytes } from '@antenna/archive-format';
import { type ArchivedFile } from '@antenna/ingestion';
import type { AbandonedFiles } from '@antenna/usage-store';

/** The archive, as far as what exists in it is looked at. */
export type ReadableArchive = Pick<ParquetArchive, 'exists' | 'read'>;

/** What the manifest says of a file of the archive; undefined when there is no such file. */
export async function existingFile(archive: ReadableArchive, path: string): Promise<ArchivedFile | undefined> {
  const name = parseArchivePath(path);
  if (name === undefined || !(await archive.exists(path))) return undefined;
  const { file, rows } = await archive.read(path);
  return { ...file, path, hourMs: name.hourMs, rows: rows.rows, eventBytes: sumOfBytes(rows) };
}

/** Those of the paths that exist, in order. */
export async function existingFiles(
  archive: ReadableArchive,
  paths: readonly string[],
): Promise<readonly ArchivedFile[]> {
  const files: ArchivedFile[] = [];
  for (const path of paths) {
    const file = await existingFile(archive, path);
    if (file !== undefined) files.push(file);
  }
  return files;
}

/**
 * Lists the files that have appeared although their chunks were given up: a worker that was frozen between intent and
 * file creates one when it thaws. Nothing else archives their records, so listing them makes the archive whole.
 * @returns the paths that were listed.
 */
export async function adoptAppeared(abandoned: AbandonedFiles, archive: ReadableArchive): Promise<readonly string[]> {
  const adopted: string[] = [];
  for (const path of await abandoned.paths()) {
    const file = await existingFile(archive, path);
    if (file !== undefined && (await abandoned.adopt(file))) adopted.push(path);
  }
  return adopted;
}
