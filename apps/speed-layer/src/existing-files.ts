import type { ParquetArchive } from '@antenna/event-archive';
import { parseArchivePath } from '@antenna/archive-format';
import { type ArchivedFile, archivedFile } from '@antenna/ingestion';
import type { AbandonedFiles } from '@antenna/usage-store';

/** The part of the archive that finds and reads existing files. */
export type ReadableArchive = Pick<ParquetArchive, 'exists' | 'read'>;

/** The manifest entry of a file, computed from the file itself; undefined when the archive has no such file. */
export async function existingFile(archive: ReadableArchive, path: string): Promise<ArchivedFile | undefined> {
  const name = parseArchivePath(path);
  if (name === undefined || !(await archive.exists(path))) return undefined;
  const { file, rows } = await archive.read(path);
  return archivedFile(path, name.hourMs, file, rows);
}

/** The manifest entries of the paths that exist, in order. */
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
 * Adopts files that appeared after their chunks were given up: a worker that freezes between intent and file creates
 * the file when it thaws. No other chunk has their records, so adding them to the manifest completes the archive.
 * @returns the paths of the adopted files.
 */
export async function adoptAppeared(abandoned: AbandonedFiles, archive: ReadableArchive): Promise<readonly string[]> {
  const adopted: string[] = [];
  for (const path of await abandoned.paths()) {
    const file = await existingFile(archive, path);
    if (file !== undefined && (await abandoned.adopt(file))) adopted.push(path);
  }
  return adopted;
}
