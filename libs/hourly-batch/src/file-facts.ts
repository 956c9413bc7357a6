import { ERASED_ID } from '@antenna/archive-format';
import { hourOf } from '@antenna/windowing';
import type { ListedFile } from './ports.ts';

/** An archived event. The manifest has facts of its time, bytes, partition and offset. */
export interface ScannedRow {
  readonly id: string;
  readonly antennaId: string;
  readonly app: string;
  /** Milliseconds since 1970. */
  readonly eventTimeMs: number;
  readonly bytes: number;
  readonly partition: number;
  readonly offset: number;
}

interface ScannedFile {
  readonly sizeBytes: number;
  /** SHA-256, in hexadecimal. */
  readonly checksum: string;
}

/** Reads whole files, with a Parquet library other than the one that wrote them. */
export interface FileScanner {
  /** Calls `each` for every row, in the order of the file. @throws when the file cannot be read. */
  scan(file: ListedFile, each: (row: ScannedRow) => void): Promise<ScannedFile>;
}

/** The facts of one file that can be compared with the manifest. */
export interface FileFacts extends ScannedFile {
  readonly rows: number;
  readonly eventBytes: bigint;
  /** In order of appearance. */
  readonly partitions: readonly number[];
  /** Undefined without rows. */
  readonly offsets: { readonly first: number; readonly last: number } | undefined;
  readonly repeatedOffsets: number;
  readonly rowsOfOtherHours: number;
  /** Events whose person was erased. */
  readonly erasedEvents: number;
}

/** @param each likewise gets every row. */
export async function readFileFacts(
  scanner: FileScanner,
  file: ListedFile,
  hourMs: number,
  each?: (row: ScannedRow) => void,
): Promise<FileFacts> {
  const partitions = new Set<number>();
  const offsets = new Set<number>();
  let rows = 0;
  let eventBytes = 0n;
  let rowsOfOtherHours = 0;
  let erasedEvents = 0;
  let first = Infinity;
  let last = -Infinity;
  const scanned = await scanner.scan(file, (row) => {
    const { id, eventTimeMs, bytes, partition, offset } = row;
    each?.(row);
    rows += 1;
    eventBytes += BigInt(bytes);
    if (hourOf(eventTimeMs) !== hourMs) rowsOfOtherHours += 1;
    if (id === ERASED_ID) erasedEvents += 1;
    partitions.add(partition);
    offsets.add(offset);
    first = Math.min(first, offset);
    last = Math.max(last, offset);
  });
  return {
    ...scanned,
    rows,
    eventBytes,
    partitions: [...partitions],
    offsets: rows === 0 ? undefined : { first, last },
    repeatedOffsets: rows - offsets.size,
    rowsOfOtherHours,
    erasedEvents,
  };
}
