import type { CompactedFile } from './compaction-ports.ts';
import { CompactionContradictionError } from './errors.ts';
import type { ManifestFile } from './ports.ts';

/**
 * Checks that each source file matches the manifest, and that the compacted file holds each of their rows once: for
 * every partition the same number of rows, as many distinct offsets, and the same sum of row hashes.
 * @throws {CompactionContradictionError} naming each difference.
 */
export function checkCompaction(hourMs: number, files: readonly ManifestFile[], file: CompactedFile): void {
  const facts = [
    ...files.flatMap((listed) => sourceContradictions(listed, file)),
    ...compactionContradictions(files, file),
  ];
  if (facts.length > 0) throw new CompactionContradictionError(hourMs, facts);
}

function sourceContradictions(listed: ManifestFile, { sources }: CompactedFile): string[] {
  const { path, partition, rows, eventBytes, startOffset, endOffset } = listed;
  const [source, ...others] = sources.filter((each) => each.path === path);
  if (source === undefined) return [`${path} has no rows`];
  return [
    ...(others.length === 0 && source.partition === partition ? [] : [`${path} has rows of other partitions`]),
    ...(source.rows === rows ? [] : [`${path} has ${source.rows} rows instead of ${rows}`]),
    ...(source.eventBytes === eventBytes ? [] : [`${path} has ${source.eventBytes} bytes instead of ${eventBytes}`]),
    ...(source.firstOffset >= startOffset && source.lastOffset < endOffset
      ? []
      : [`${path} has offsets ${source.firstOffset} to ${source.lastOffset}, beyond [${startOffset}, ${endOffset})`]),
  ];
}

function compactionContradictions(files: readonly ManifestFile[], { sources, compacted }: CompactedFile): string[] {
  const partitions = new Set(files.map(({ partition }) => partition));
  const unlisted = compacted.filter(({ partition }) => !partitions.has(partition));
  return [
    ...unlisted.map(({ partition }) => `the compacted file has rows of partition ${partition}`),
    ...[...partitions].flatMap((partition) => {
      const rows = sum(files, partition, (file) => BigInt(file.rows));
      const digest = sum(sources, partition, (source) => source.digest);
      const found = compacted.find((each) => each.partition === partition);
      if (found === undefined) return [`the compacted file has no rows of partition ${partition}`];
      const isExact = BigInt(found.rows) === rows && hasOwnOffsets(files, found, rows) && found.digest === digest;
      return [
        ...(isExact ? [] : [`the compacted file does not have the ${rows} rows of partition ${partition}, each once`]),
        ...(found.ofOtherHours === 0
          ? []
          : [`${found.ofOtherHours} rows of partition ${partition} are of other hours`]),
      ];
    }),
  ];
}

/** Each row has an offset of its own, unless the log was truncated and the offsets were written again. */
function hasOwnOffsets(
  files: readonly ManifestFile[],
  { partition, offsets }: { readonly partition: number; readonly offsets: number },
  rows: bigint,
): boolean {
  const generations = new Set(files.filter((file) => file.partition === partition).map(({ generation }) => generation));
  return generations.size > 1 || BigInt(offsets) === rows;
}

function sum<Item extends { readonly partition: number }>(
  items: readonly Item[],
  partition: number,
  value: (item: Item) => bigint,
): bigint {
  return items.filter((item) => item.partition === partition).reduce((total, item) => total + value(item), 0n);
}
