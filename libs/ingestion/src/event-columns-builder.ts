import type { UsageEvent } from '@antenna/event-schema';
import type { EventColumns, TextColumn } from './event-columns.ts';

/** Rows for which there is room after the first: a partition without events takes none. */
const INITIAL_ROWS = 64;

/** Collects the events of one partition by column; a text is kept once however often it occurs. */
export class EventColumnsBuilder {
  readonly #partition: number;
  readonly #id = new TextColumnBuilder();
  readonly #antennaId = new TextColumnBuilder();
  readonly #app = new TextColumnBuilder();
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

  append(offset: number, event: UsageEvent): void {
    const row = this.#rows++;
    if (row === this.#offset.length) this.#grow();
    this.#offset[row] = offset;
    this.#eventTimeMs[row] = event.eventTimeMs;
    this.#bytes[row] = event.bytes;
    this.#id.append(row, event.id);
    this.#antennaId.append(row, event.antennaId);
    this.#app.append(row, event.app);
  }

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
    this.#offset = enlarged(this.#offset);
    this.#eventTimeMs = enlarged(this.#eventTimeMs);
    this.#bytes = enlarged(this.#bytes);
  }
}

class TextColumnBuilder {
  readonly #codeOf = new Map<string, number>();
  readonly #values: string[] = [];
  #codes = new Int32Array();

  append(row: number, text: string): void {
    if (row === this.#codes.length) {
      const larger = new Int32Array(nextLength(row));
      larger.set(this.#codes);
      this.#codes = larger;
    }
    let code = this.#codeOf.get(text);
    if (code === undefined) {
      code = this.#values.push(text) - 1;
      this.#codeOf.set(text, code);
    }
    this.#codes[row] = code;
  }

  build(rows: number): TextColumn {
    return { values: this.#values, codes: this.#codes.subarray(0, rows) };
  }
}

function enlarged(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(nextLength(column.length));
  larger.set(column);
  return larger;
}

function nextLength(length: number): number {
  return Math.max(INITIAL_ROWS, length * 2);
}
