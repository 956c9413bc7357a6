import { fileDifferences, overlaps } from './file-differences.ts';
import { type FileFacts, type FileScanner, readFileFacts } from './file-facts.ts';
import type { HourFolder, HourStore, ManifestFile } from './ports.ts';
import { type FileProblem, isForeign, listingProblems } from './select-inputs.ts';

export interface VerifyPorts {
  readonly store: Pick<HourStore, 'readManifest'>;
  readonly folder: Pick<HourFolder, 'list'>;
  readonly scanner: FileScanner;
}

export interface VerifiedHour {
  readonly hourMs: number;
  /** False for an hour that was never archived or computed, and has no file in the archive: nothing is compared. */
  readonly isKnown: boolean;
  /** True when the store lists no file of any hour: there is no manifest to compare the archive with. */
  readonly isForeign: boolean;
  /** The files that could be read. */
  readonly files: readonly (ManifestFile & FileFacts)[];
  /** Empty when the archive matches the manifest exactly. */
  readonly problems: readonly FileProblem[];
}

/**
 * Reads every file of an hour and compares it with the manifest: size, checksum, rows, sum of bytes, partition,
 * offsets, hour. Problems are returned, not thrown, so that one run finds all of them.
 */
export async function verifyHour({ store, folder, scanner }: VerifyPorts, hourMs: number): Promise<VerifiedHour> {
  const before = await store.readManifest(hourMs);
  const listed = await folder.list(hourMs);
  const readings = { before, listed, after: await store.readManifest(hourMs) };
  const problems: FileProblem[] = [...listingProblems(readings), ...overlaps(before.files)];
  const files: (ManifestFile & FileFacts)[] = [];
  const present = new Set(listed.map(({ path }) => path));
  for (const file of before.files.filter(({ path }) => present.has(path))) {
    try {
      const facts = await readFileFacts(scanner, file, hourMs);
      files.push({ ...file, ...facts });
      problems.push(...fileDifferences(file, facts).map((problem) => ({ path: file.path, problem })));
    } catch (error) {
      problems.push({ path: file.path, problem: `cannot be read: ${String(error)}` });
    }
  }
  const isKnown = before.isKnown || listed.length > 0;
  return { hourMs, isKnown, isForeign: isForeign(readings), files, problems };
}
