import { type EventColumns, parseArchivePath } from '@antenna/archive-format';
import { type ArchivedFile, archivedFile, type StoredFile } from '@antenna/ingestion';

export interface HeldFile {
  readonly file: StoredFile;
  readonly rows: EventColumns;
}

/** How the archive can be broken. */
export interface ArchiveDefects {
  readonly overwrites?: boolean;
}

/** A store of files that are only ever created. No two files have the same size and checksum, as with any encoder. */
export class SimulatedArchive {
  readonly files = new Map<string, HeldFile>();
  readonly #defects: ArchiveDefects;
  #written = 0;

  constructor(defects: ArchiveDefects) {
    this.#defects = defects;
  }

  create(path: string, rows: EventColumns): StoredFile | undefined {
    if (this.files.has(path) && this.#defects.overwrites !== true) return undefined;
    this.#written += 1;
    const file = { sizeBytes: 1_000 + this.#written, checksum: `file ${this.#written}` };
    this.files.set(path, { file, rows });
    return file;
  }

  read(path: string): HeldFile {
    const held = this.files.get(path);
    if (held === undefined) throw new Error(`${path} does not exist`);
    return held;
  }

  /** What the manifest says of a file; undefined when there is no such file. */
  existing(path: string): ArchivedFile | undefined {
    const held = this.files.get(path);
    const name = parseArchivePath(path);
    if (held === undefined || name === undefined) return undefined;
    return archivedFile(path, name.hourMs, held.file, held.rows);
  }
}
