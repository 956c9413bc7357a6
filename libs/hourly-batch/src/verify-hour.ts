import { overlaps, readFiles, type ReadFiles } from './file-differences.ts';
import type { FileScanner } from './file-facts.ts';
import type { HourFolder, HourStore } from './ports.ts';
import { isForeign, listingProblems } from './select-inputs.ts';

export interface VerifyPorts {
  readonly store: Pick<HourStore, 'readManifest'>;
  readonly folder: Pick<HourFolder, 'list'>;
  readonly scanner: FileScanner;
}

/** The problems are empty when the archive matches the manifest exactly. */
export interface VerifiedHour extends ReadFiles {
  readonly hourMs: number;
  /** False for an hour that was never archived or computed, and has no file in the archive: nothing is compared. */
  readonly isKnown: boolean;
  /** True when the store lists no file of any hour: there is no manifest to compare the archive with. */
  readonly isForeign: boolean;
}

/**
 * Reads every file of an hour and compares it with the manifest: size, checksum, rows, sum of bytes, partition,
 * offsets, hour. Problems are returned, not thrown, so that one run finds all of them.
 */
export async function verifyHour({ store, folder, scanner }: VerifyPorts, hourMs: number): Promise<VerifiedHour> {
  const before = await store.readManifest(hourMs);
  const listed = await folder.list(hourMs);
  const readings = { before, listed, after: await store.readManifest(hourMs) };
  const present = new Set(listed.map(({ path }) => path));
  const { files, problems: contentProblems } = await readFiles(
    scanner,
    before.files.filter(({ path }) => present.has(path)),
    hourMs,
  );
  const problems = [...listingProblems(readings), ...overlaps(before.files), ...contentProblems];
  const isKnown = before.isKnown || listed.length > 0;
  return { hourMs, isKnown, isForeign: isForeign(readings), files, problems };
}
