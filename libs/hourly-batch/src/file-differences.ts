import { type FileFacts, type FileScanner, readFileFacts, type ScannedRow } from './file-facts.ts';
import type { ManifestFile } from './ports.ts';
import type { FileProblem } from './select-inputs.ts';

/** The files that could be read, with the facts that were read, and the problems of all files. */
export interface ReadFiles {
  readonly files: readonly (ManifestFile & FileFacts)[];
  readonly problems: readonly FileProblem[];
}

/**
 * Reads files of an hour and compares each with what is listed of it. A problem of one file does not stop the others.
 * @param each gets every row.
 */
export async function readFiles(
  scanner: FileScanner,
  listed: readonly ManifestFile[],
  hourMs: number,
  each?: (row: ScannedRow) => void,
): Promise<ReadFiles> {
  const files: (ManifestFile & FileFacts)[] = [];
  const problems: FileProblem[] = [];
  for (const file of listed) {
    try {
      const facts = await readFileFacts(scanner, file, hourMs, each);
      files.push({ ...file, ...facts });
      problems.push(...fileDifferences(file, facts).map((problem) => ({ path: file.path, problem })));
    } catch (error) {
      problems.push({ path: file.path, problem: `cannot be read: ${String(error)}` });
    }
  }
  return { files, problems };
}

/** The differences between the content of a file and what is listed of it, as phrases that follow the file's path. */
function fileDifferences(listed: ManifestFile, facts: FileFacts): string[] {
  return [
    ...differs('rows', facts.rows, listed.rows),
    ...differs('bytes of events', facts.eventBytes, listed.eventBytes),
    ...differs('a size of', facts.sizeBytes, listed.sizeBytes),
    ...differs('checksum', facts.checksum, listed.checksum),
    ...differs('rows of partition', facts.partitions.join(', '), String(listed.partition)),
    ...(facts.rowsOfOtherHours === 0 ? [] : [`has ${facts.rowsOfOtherHours} rows of other hours`]),
    ...(facts.repeatedOffsets === 0 ? [] : [`has ${facts.repeatedOffsets} rows whose offsets are not their own`]),
    ...outside(listed, facts),
    ...erasure(listed, facts),
  ];
}

/** Files with overlapping offsets: files of one partition, hour and generation come from different chunks. */
export function overlaps(files: readonly ManifestFile[]): FileProblem[] {
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

function differs<T>(what: string, found: T, listed: T): string[] {
  return found === listed ? [] : [`has ${what} ${String(found)} instead of ${String(listed)}`];
}

/** An erasure rewrites files; who has read the manifest or a certificate before finds another size and checksum. */
function erasure({ erasedEvents: known = 0 }: ManifestFile, { erasedEvents: found }: FileFacts): string[] {
  if (found === known) return [];
  const source =
    'batch-layer:erase rewrites files, and then the manifest and the newest certificate of the hour say so';
  return [`has ${found} events of erased persons instead of ${known} (${source})`];
}

function outside({ startOffset, endOffset }: ManifestFile, { offsets }: FileFacts): string[] {
  if (offsets === undefined || (offsets.first >= startOffset && offsets.last < endOffset)) return [];
  return [`has offsets ${offsets.first} to ${offsets.last}, beyond [${startOffset}, ${endOffset})`];
}
