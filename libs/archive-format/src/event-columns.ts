import type { InternedEvent } from '@antenna/event-schema';
import { type DictionaryColumn, DictionaryColumnBuilder } from './dictionary-column.ts';
import { grown } from './grown-column.ts';

/**
 * Events of one partition in the order of their offsets, as columns. Every column has `rows` elements. Offsets, times
 * and bytes are integers below 2^53, so a Float64Array holds them exactly.
 */
export interface EventColumns {
  readonly rows: number;
  readonly partition: number;
  readonly offset: Float64Array;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly eventTimeMs: Float64Array;
  readonly bytes: Float64Array;
  readonly id: DictionaryColumn;
  readonly antennaId: DictionaryColumn;
  readonly app: DictionaryColumn;
}

/** Collects the events of one partition in columns; each distinct text is stored once. */
export class EventColumnsBuilder {
  readonly #partition: number;
  readonly #id = new DictionaryColumnBuilder();
  readonly #antennaId = new DictionaryColumnBuilder();
  readonly #app = new DictionaryColumnBuilder();
  #offset = new Float64Array();
  #eventTimeMs = new Float64Array();
  #bytes = new Float64Array();
  #rows = 0;

  constructor(partition: number) {
    this.#partition = partition;
  }

  get rows(): number {
    return this.#rows;
  }

  append(offset: number, event: InternedEvent): void {
    const row = this.#rows++;
    if (row === this.#offset.length) this.#grow();
    this.#offset[row] = offset;
    this.#eventTimeMs[row] = event.eventTimeMs;
    this.#bytes[row] = event.bytes;
    this.#id.append(row, event.interners.id.texts, event.idCode);
    this.#antennaId.append(row, event.interners.antennaId.texts, event.antennaCode);
    this.#app.append(row, event.interners.app.texts, event.appCode);
  }

  /** The columns, in the memory of this builder, which cannot be used again. */
  build(): EventColumns {
    const rows = this.#rows;
    return {
      rows,
      partition: this.#partition,
      offset: this.#offset.subarray(0, rows),
      eventTimeMs: this.#eventTimeMs.subarray(0, rows),
      bytes: this.#bytes.subarray(0, rows),
      id: this.#id.build(rows),
      antennaId: this.#antennaId.build(rows),
      app: this.#app.build(rows),
    };
  }

  #grow(): void {
    this.#offset = grown(this.#offset, floats);
    this.#eventTimeMs = grown(this.#eventTimeMs, floats);
    this.#bytes = grown(this.#bytes, floats);
  }
}

/** The exact sum of the rows' bytes. */
export function sumOfBytes(columns: EventColumns): bigint {
  let sum = 0n;
  let part = 0;
  for (let row = 0; row < columns.rows; row += 1) {
    part += columns.bytes[row] ?? 0;
    // A row adds at most 2^40, so a partial sum stays far below 2^53.
    if (part >= 2 ** 50) {
      sum += BigInt(part);
      part = 0;
    }
  }
  return sum + BigInt(part);
}

function floats(rows: number): Float64Array<ArrayBuffer> {
  return new Float64Array(rows);
}
