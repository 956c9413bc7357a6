import type { SourceRecord } from '@antenna/ingestion';

/** Where a record's parts lie in its batch. A negative length stands for no key, or no value. */
interface Layout {
  readonly offset: number;
  readonly timestampMs: number;
  readonly keyStart: number;
  readonly keyLength: number;
  readonly valueStart: number;
  readonly valueLength: number;
}

/** A record of a stored batch. Hardly any key is looked at: a view of it is made only then. */
export class StoredRecord implements SourceRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly #bytes: Buffer;
  readonly #keyStart: number;
  readonly #keyLength: number;
  readonly #valueStart: number;
  readonly #valueLength: number;

  constructor(bytes: Buffer, layout: Layout) {
    this.#bytes = bytes;
    this.offset = layout.offset;
    this.timestampMs = layout.timestampMs;
    this.#keyStart = layout.keyStart;
    this.#keyLength = layout.keyLength;
    this.#valueStart = layout.valueStart;
    this.#valueLength = layout.valueLength;
  }

  get key(): Uint8Array | null {
    return view(this.#bytes, this.#keyStart, this.#keyLength);
  }

  get value(): Uint8Array | null {
    return view(this.#bytes, this.#valueStart, this.#valueLength);
  }
}

/** Not `subarray`, which takes three times as long: it looks for what to construct. */
function view(bytes: Buffer, start: number, length: number): Uint8Array | null {
  return length < 0 ? null : new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
}
