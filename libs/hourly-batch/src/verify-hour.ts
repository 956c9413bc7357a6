import type { HourFolder, HourStore, ListedFile, ManifestFile } from './ports.ts';
import { readFileFacts, type FileFacts, type FileScanner } from './file-facts.ts';
import { type FileProblem, isForeign, listingProblems } from './select-inputs.ts';

export interface VerifyPorts {
  readonly store: Pick<HourStore, 'readManifest'>;
  readonly folder: HourFolder;
  readonly scanner: FileScanner;
}

export interface VerifiedHour {
  readonly hourMs: number;
  /** True when there is no manifest to compare with: the files were read, and that is all that can be said. */
  readonly isForeign: boolean;
  readonly files: readonly (ListedFile & FileFacts)[];
  /** Empty when the archive is exactly what the manifest says. */
  readonly problems: readonly FileProblem[];
}

/**
 * Reads every file of an hour whole and compares it with the manifest: size, checksum, rows, sum of bytes, partition,
 * offsets, hour. What is wrong is reported, not thrown, so that one run finds all of it.
 */
export async function verifyHour({ store, folder, scanner }: VerifyPorts, hourMs: number): Promise<VerifiedHour> {
  const before = await store.readManifest(hourMs);
  const listed = await folder.list(hourMs);
  const readings = { before, listed, after: await store.readManifest(hourMs) };
  const foreign = isForeign(readings);
  const problems: FileProblem[] = [...listingProblems(readings), ...overlaps(before.files)];
  const files: (ListedFile & FileFacts)[] = [];
  const present = new Set(listed.map(({ path }) => path));
  for (const file of foreign ? listed : before.files.filter(({ path }) => present.has(path))) {
    try {
      const facts = await readFileFacts(scanner, file, hourMs);
      files.push({ ...file, ...facts });
      problems.push(...factProblems(file, facts));
    } catch (error) {
      problems.push({ path: file.path, problem: `cannot be read: ${String(error)}` });
    }
  }
  return { hourMs, isForeign: foreign, files, problems };
}

/** Two files of one partition and hour must come from different chunks. */
function overlaps(files: readonly ManifestFile[]): FileProblem[] {
  const sorted = [...files].sort(
    (left, right) =>
      left.topic.localeCompare(right.topic) || left.partition - right.partition || left.startOffset - right.startOffset,
  );
  return sorted.flatMap((file, index) => {
    const previous = sorted[index - 1];
    const isApart =
      previous?.topic !== file.topic || previous.partition !== file.partition || previous.endOffset <= file.startOffset;
    return isApart ? [] : [{ path: file.path, problem: `has offsets of ${previous.path} in its range` }];
  });
}

function factProblems(file: ListedFile & Partial<ManifestFile>, facts: FileFacts): FileProblem[] {
  const { path, rows, eventBytes, checksum, partition, startOffset = 0, endOffset = 0 } = file;
  const problems = [
    ...differs('rows', facts.rows, rows),
    ...differs('bytes of events', facts.eventBytes, eventBytes),
    ...differs('checksum', facts.checksum, checksum),
    ...differs('size', facts.sizeBytes, file.sizeBytes),
    ...(facts.rowsOfOtherHours === 0 ? [] : [`has ${facts.rowsOfOtherHours} rows of other hours`]),
    ...(partition === undefined ? [] : offsetProblems(facts, { partition, startOffset, endOffset })),
  ];
  return problems.map((problem) => ({ path, problem }));
}

function differs<T>(what: string, found: T, listed: T | undefined): string[] {
  return listed === undefined || found === listed ? [] : [`has ${what} ${String(found)} instead of ${String(listed)}`];
}

function offsetProblems(
  { partitions, firstOffset, lastOffset, repeatedOffsets }: FileFacts,
  listed: { readonly partition: number; readonly startOffset: number; readonly endOffset: number },
): string[] {
  if (firstOffset === undefined || lastOffset === undefined) return ['has no columns kafka_partition and kafka_offset'];
  const isWithin = firstOffset >= listed.startOffset && lastOffset < listed.endOffset;
  const isOfOne = partitions.every((partition) => partition === listed.partition);
  return [
    ...(isOfOne ? [] : [`has rows of partition ${partitions.join(', ')} instead of ${listed.partition}`]),
    ...(isWithin
      ? []
      : [`has offsets ${firstOffset} to ${lastOffset} outside [${listed.startOffset}, ${listed.endOffset})`]),
    ...(repeatedOffsets === 0 ? [] : [`has ${repeatedOffsets} offsets twice`]),
  ];
}
