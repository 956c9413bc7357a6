import type { RecordCursor, SourceRecord } from './index.ts';

const NONE: SourceRecord = { offset: -1, timestampMs: -1, key: null, value: null };

/** A cursor over an array of records. */
export class ListedRecords implements RecordCursor {
  readonly valueStart = 0;
  readonly ahead = undefined;
  readonly #records: readonly SourceRecord[];
  #next = 0;

  constructor(records: readonly SourceRecord[]) {
    this.#records = records;
  }

  next(): boolean {
    if (this.#next === this.#records.length) return false;
    this.#next += 1;
    return true;
  }

  get offset(): number {
    return this.record().offset;
  }

  get timestampMs(): number {
    return this.record().timestampMs;
  }

  get bytes(): Uint8Array | null {
    return this.record().value;
  }

  get valueEnd(): number {
    return this.bytes?.length ?? 0;
  }

  record(): SourceRecord {
    return this.#records[this.#next - 1] ?? NONE;
  }
}
