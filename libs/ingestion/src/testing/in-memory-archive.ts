import { type EventColumns, withoutUser } from '@antenna/archive-format';
import type { EventArchive, StoredFile } from '../ports/index.ts';
import { Script } from './script.ts';

interface HeldFile {
  readonly file: StoredFile;
  readonly rows: EventColumns;
}

/** An archive for tests of the core: files are created, never overwritten. */
export class InMemoryArchive implements EventArchive {
  readonly script = new Script();
  readonly #files = new Map<string, HeldFile>();

  get paths(): string[] {
    return [...this.#files.keys()].sort();
  }

  /** Deletes a file, as an operator would. */
  remove(path: string): void {
    this.#files.delete(path);
  }

  /** Rewrites every file without the user, as an erasure does. */
  erase(userId: string): void {
    for (const [path, { file, rows }] of this.#files) {
      this.#files.set(path, { file: { ...file, checksum: 'erased' }, rows: withoutUser(rows, userId) });
    }
  }

  /** Offsets that a file holds. */
  offsets(path: string): number[] {
    return [...(this.#files.get(path)?.rows.offset ?? [])];
  }

  create(path: string, rows: EventColumns): Promise<StoredFile | undefined> {
    return this.script.run('create', () => {
      if (this.#files.has(path)) return undefined;
      const file = { sizeBytes: 100 + rows.rows, checksum: `file ${this.#files.size + 1}` };
      this.#files.set(path, { file, rows });
      return file;
    });
  }

  read(path: string): Promise<HeldFile> {
    return this.script.run('read', () => {
      const held = this.#files.get(path);
      if (held === undefined) throw new Error(`no file ${path}`);
      return held;
    });
  }
}
