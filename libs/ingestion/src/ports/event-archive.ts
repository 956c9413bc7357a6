import type { EventColumns } from '@antenna/archive-format';

export interface StoredFile {
  readonly sizeBytes: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly checksum: string;
}

/** The archive's files. Paths are relative to its root. */
export interface EventArchive {
  /**
   * Creates the file with exactly these rows. An existing file is never overwritten.
   * The file appears whole or not at all, and is durable when the call returns.
   * @returns undefined when a file of that name exists already.
   */
  create(path: string, rows: EventColumns): Promise<StoredFile | undefined>;
  /** Reads a whole file. */
  read(path: string): Promise<{ readonly file: StoredFile; readonly rows: EventColumns }>;
}
