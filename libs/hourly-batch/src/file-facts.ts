import { hourOf } from '@antenna/windowing';
import type { ListedFile } from './ports.ts';

/** What an archived event says of itself, as far as it can be compared with the manifest. */
export interface ScannedRow {
  /** Milliseconds since 1970. */
  readonly eventTimeMs: number;
  readonly bytes: bigint;
  /** Undefined in an archive that others have written. */
  readonly source: { readonly partition: number; readonly offset: number } | undefined;
}

/** Reads files whole, with a Parquet reader other than the one that wrote them. */
export interface FileScanner {
  /** Calls `each` for every row, in the order of the file. @throws whatever keeps the file from being read. */
  scan(file: ListedFile, each: (row: ScannedRow) => void): Promise<ScannedFile>;
}

export interface ScannedFile {
  readonly sizeBytes: number;
  /** SHA-256, in hexadecimal. */
  readonly checksum: string;
}

export interface FileFacts extends ScannedFile {
  readonly rows: number;
  readonly eventBytes: bigint;
  /** In order of appearance; none where the rows do not tell. */
  readonly partitions: readonly number[];
  readonly firstOffset: number | undefined;
  readonly lastOffset: number | undefined;
  readonly repeatedOffsets: number;
  readonly rowsOfOtherHours: number;
}

/** Everything that the manifest can be compared with, of one file. */
export async function readFileFacts(scanner: FileScanner, file: ListedFile, hourMs: number): Promise<FileFacts> {
  const partitions = new Set<number>();
  const offsets = new Set<number>();
  const sums = { rows: 0, eventBytes: 0n, sourced: 0, rowsOfOtherHours: 0 };
  let firstOffset: number | undefined;
  let lastOffset: number | undefined;
  const scanned = await scanner.scan(file, ({ eventTimeMs, bytes, source }) => {
    sums.rows += 1;
    sums.eventBytes += bytes;
    if (hourOf(eventTimeMs) !== hourMs) sums.rowsOfOtherHours += 1;
    if (source === undefined) return;
    sums.sourced += 1;
    partitions.add(source.partition);
    offsets.add(source.offset);
    firstOffset = Math.min(firstOffset ?? source.offset, source.offset);
    lastOffset = Math.max(lastOffset ?? source.offset, source.offset);
  });
  const { sourced, ...counted } = sums;
  return {
    ...scanned,
    ...counted,
    partitions: [...partitions],
    firstOffset,
    lastOffset,
    repeatedOffsets: sourced - offsets.size,
  };
}
