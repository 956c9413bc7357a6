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
      problems.push(...differences(file, facts).map((problem) => ({ path: file.path, problem })));
    } catch (error) {
      problems.push({ path: file.path, problem: `cannot be read: ${String(error)}` });
    }
  }
  const isKnown = before.isKnown || listed.length > 0;
  return { hourMs, isKnown, isForeign: isForeign(readings), files, problems };
}

/** Files with overlapping offsets: files of one partition, hour and generation come from different chunks. */
function overlaps(files: readonly ManifestFile[]): FileProblem[] {
  const sorted = files.toSorted((left, right) => left.startOffset - right.startOffset);
  return sorted.flatMap((file, index) => {
    const isOverlapping = ({ topic, partition, generation, endOffset }: ManifestFile) =>
      topic === file.topic &&
      partition === file.partition &&
      generation === file.generation &&
      endOffset > file.startOffset;
    const other = sorted.slice(0, index).find(isOverlapping);
    return other === undefined ? [] : [{ path: file.path, problem: `has offsets of ${other.path} in its range` }];
  });
}

function differences(file: ManifestFile, facts: FileFacts): string[] {
  return [
    ...differs('rows', facts.rows, file.rows),
    ...differs('bytes of events', facts.eventBytes, file.eventBytes),
    ...differs('a size of', facts.sizeBytes, file.sizeBytes),
    ...differs('checksum', facts.checksum, file.checksum),
    ...differs('rows of partition', facts.partitions.join(', '), String(file.partition)),
    ...(facts.rowsOfOtherHours === 0 ? [] : [`has ${facts.rowsOfOtherHours} rows of other hours`]),
    ...(facts.repeatedOffsets === 0 ? [] : [`has ${facts.repeatedOffsets} rows whose offsets are not their own`]),
    ...outside(file, facts),
  ];
}

function differs<T>(what: string, found: T, listed: T): string[] {
  return found === listed ? [] : [`has ${what} ${String(found)} instead of ${String(listed)}`];
}

function outside({ startOffset, endOffset }: ManifestFile, { offsets }: FileFacts): string[] {
  if (offsets === undefined || (offsets.first >= startOffset && offsets.last < endOffset)) return [];
  return [`has offsets ${offsets.first} to ${offsets.last}, beyond [${startOffset}, ${endOffset})`];
}
