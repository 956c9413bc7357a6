import { ERASED_ID, parseArchivePath, rowsOf } from '@antenna/archive-format';
import { ONE_HOUR } from '@antenna/windowing';
import type { ManifestFiles, RestoredArchive, RestoredManifest, RestoredPosition, SetAsideFiles } from './ports.ts';

export interface RestorePorts {
  readonly manifest: RestoredManifest;
  readonly listed: ManifestFiles;
  readonly archive: RestoredArchive;
}

/** A file of the archive that contradicts the restored manifest. */
interface FileContradiction {
  readonly path: string;
  readonly problem: string;
}

export interface SettledRestore {
  readonly number: number;
  readonly positions: readonly RestoredPosition[];
  /** Of all runs of the command for this restore. */
  readonly setAside: SetAsideFiles;
  /** Files that the manifest lists. */
  readonly listedFiles: number;
  /** Listed files with another size that have erased events: an erasure has rewritten them since the restored time. */
  readonly rewrittenFiles: readonly string[];
  /**
   * Listed files that are missing or have another size, and files in the archive that neither the manifest lists nor this
   * product has named. The command leaves them as they are.
   */
  readonly contradictions: readonly FileContradiction[];
}

/** A file that a process of the lost time has created while the command was running. */
class ArchiveUnsettledError extends Error {
  readonly code = 'ARCHIVE_UNSETTLED';
  override readonly name = 'ArchiveUnsettledError';

  constructor(paths: readonly string[]) {
    super(
      `the archive has got files meanwhile that the restored manifest does not know: ${paths.join(', ')}; a process of the ` +
        'time after the restored one still writes: end it',
    );
  }
}

/**
 * Brings an archive back to the state of its restored manifest: files that the manifest does not know go to a place
 * aside, since the workers archive their records again, and then archive and manifest are compared. It can be ended at
 * any moment and run again; until it has ended, no worker starts.
 * @throws {ArchiveUnsettledError} when somebody adds files to the archive meanwhile.
 */
export async function settleRestore({ manifest, listed, archive }: RestorePorts): Promise<SettledRestore> {
  const { number, positions } = await manifest.begin();
  for await (const { unknown } of unknownFiles(manifest, archive)) {
    for (const path of unknown) await setAside({ manifest, archive }, number, path);
  }
  const proof = await compared({ manifest, listed, archive });
  return { number, positions, ...proof, setAside: await manifest.end(number) };
}

/** The copy is complete before the file goes, and recorded before that: a file is in one of the two places at any moment. */
async function setAside(
  { manifest, archive }: Pick<RestorePorts, 'manifest' | 'archive'>,
  restore: number,
  path: string,
): Promise<void> {
  const { version, rows, ...file } = await archive.read(path);
  await archive.copyAside(file);
  await manifest.noteSetAside(restore, { ...file, rows: rows.rows, erasedEvents: rowsOf(rows, ERASED_ID) });
  await archive.remove(path, version);
}

type Proof = Pick<SettledRestore, 'listedFiles' | 'rewrittenFiles' | 'contradictions'>;

async function compared({ manifest, listed, archive }: RestorePorts): Promise<Proof> {
  const sizes = new Map<string, number>();
  const contradictions: FileContradiction[] = [];
  for await (const { files, unknown, foreign } of unknownFiles(manifest, archive)) {
    if (unknown.length > 0) throw new ArchiveUnsettledError(unknown);
    for (const { path, sizeBytes } of files) sizes.set(path, sizeBytes);
    for (const path of foreign) {
      contradictions.push({ path, problem: 'is unknown to the manifest and has no name of this product: it was left' });
    }
  }
  const rewrittenFiles: string[] = [];
  let listedFiles = 0;
  for (let hour = await listed.nextHour(0); hour !== undefined;) {
    for (const { path, sizeBytes, replacements } of hour.files) {
      listedFiles += 1;
      const found = sizes.get(path);
      if (found === undefined) contradictions.push({ path, problem: 'is missing' });
      else if (found !== sizeBytes && replacements.length === 0) {
        if (await isErased(archive, path)) rewrittenFiles.push(path);
        else contradictions.push({ path, problem: `has ${found} bytes instead of ${sizeBytes}` });
      }
    }
    hour = await listed.nextHour(hour.hourMs + ONE_HOUR.sizeMs);
  }
  return { listedFiles, rewrittenFiles, contradictions };
}

async function isErased(archive: RestoredArchive, path: string): Promise<boolean> {
  return rowsOf((await archive.read(path)).rows, ERASED_ID) > 0;
}

/** The files of each folder, with those that the manifest does not know: of this product, and of others. */
async function* unknownFiles(manifest: RestoredManifest, archive: RestoredArchive) {
  for await (const files of archive.folders()) {
    if (files.length === 0) continue;
    const paths = await manifest.unknownPaths(files.map(({ path }) => path));
    yield { files, unknown: paths.filter(isOfProduct), foreign: paths.filter((path) => !isOfProduct(path)) };
  }
}

function isOfProduct(path: string): boolean {
  return parseArchivePath(path) !== undefined;
}
