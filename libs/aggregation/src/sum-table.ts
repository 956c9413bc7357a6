import { freeIfLarge } from '@antenna/event-schema';
import type { CodeSet } from './code-set.ts';
import type { SumRows } from './sum-rows.ts';
import type { TextOrder } from './text-order.ts';

/** The low part of a sum stays below this base; the rest is carried into the high part. */
const BASE = 2 ** 50;

/** Initial slots. Their 64 bytes lie in the JavaScript heap itself, and suffice for a window with one id of a type. */
const FIRST_SLOTS = 2;

/** A table is direct while it has at most so many slots for each sum: as many as a hash table that was just doubled. */
const MOST_SLOTS = 4;

/** With sums for fewer than one in 16 places, a table is sorted, which is faster than visiting all places. */
const SPARSE = 16;

/** Numbers of a slot: the code plus 1, or 0 while the slot is free; the sum as high * 2^50 + low; the greatest time. */
const WIDTH = 4;
const [LOW, HIGH, LATEST_MS] = [1, 2, 3];

/**
 * Sums of bytes by code, each with its greatest event time. All lie in one array, so that an addition touches one cache
 * line and the garbage collector has nothing to visit. With an object for each of 20,000 users in 36 windows, cache
 * misses and collection took a fifth of a drain's time (docs/performance-profile.md).
 *
 * If many of the codes up to the greatest one have a sum, the table is direct: the sum of code n is in slot n. Otherwise it
 * is a hash table, half of whose slots are free.
 *
 * A sum stays exact beyond 2^53: its parts are integers that a double represents exactly.
 */
export class SumTable {
  #cells = new Float64Array(FIRST_SLOTS * WIDTH);
  #isDirect = true;
  #size = 0;
  #greatestKey = 0;

  get size(): number {
    return this.#size;
  }

  /**
   * @param code an integer from 0 to 2^32 - 2.
   * @param bytes an integer from 0 to 2^52.
   */
  add(code: number, bytes: number, timeMs: number): void {
    this.#addTo(this.#cellOf(code), bytes, timeMs);
  }

  /**
   * Loads the sums of these codes into the processor's cache, if the table is direct. The codes are overwritten with what was
   * read, since V8 would optimize away reads whose result is not used.
   */
  prefetch(codes: Int32Array): void {
    const cells = this.#cells;
    if (!this.#isDirect) return;
    for (let index = 0; index < codes.length; index += 1) {
      const cell = (codes[index] ?? 0) * WIDTH;
      codes[index] = cell >= 0 && cell < cells.length ? (cells[cell] ?? 0) : 0;
    }
  }

  /** The same sums by other codes. @param codeOf another code for each code. */
  withCodes(codeOf: (code: number) => number): SumTable {
    const table = new SumTable();
    table.#merge(this.#cells, codeOf);
    return table;
  }

  /** Another table with the same sums. */
  copy(): SumTable {
    const table = new SumTable();
    table.#cells = this.#cells.slice();
    table.#isDirect = this.#isDirect;
    table.#size = this.#size;
    table.#greatestKey = this.#greatestKey;
    return table;
  }

  /** Adds the sums of another table with the same codes. */
  merge(other: SumTable): void {
    this.#merge(other.#cells, (code) => code);
  }

  /** Frees the memory of a table that is not used any more. */
  free(): void {
    freeIfLarge(this.#cells);
  }

  /** Adds the codes that have a sum. */
  addCodesTo(codes: CodeSet): void {
    for (let cell = 0; cell < this.#cells.length; cell += WIDTH) {
      const key = this.#cells[cell] ?? 0;
      if (key !== 0) codes.add(key - 1);
    }
  }

  /** Writes the sums in an order that holds all their codes. */
  writeTo(rows: SumRows, first: number, order: TextOrder): void {
    const isDense = this.#size * SPARSE >= order.length;
    if (isDense) this.#writeDense(rows, first, order);
    else this.#writeSparse(rows, first, order);
  }

  /** For many sums: stores each cell at its place, then visits all places in order. */
  #writeDense(rows: SumRows, first: number, { places, length }: TextOrder): void {
    const cells = this.#cells;
    const cellPlus1 = new Int32Array(length);
    for (let cell = 0; cell < cells.length; cell += WIDTH) {
      const key = cells[cell] ?? 0;
      if (key !== 0) cellPlus1[places[key - 1] ?? 0] = cell + 1;
    }
    let row = first;
    for (let place = 0; place < cellPlus1.length; place += 1) {
      const cell = (cellPlus1[place] ?? 0) - 1;
      if (cell >= 0) this.#write(rows, row++, cell);
    }
  }

  #writeSparse(rows: SumRows, first: number, { places }: TextOrder): void {
    const cells = this.#cells;
    // Place and cell in one double: sorting doubles takes a fifth of the time of sorting objects.
    const order = new Float64Array(this.#size);
    let count = 0;
    for (let cell = 0; cell < cells.length; cell += WIDTH) {
      const key = cells[cell] ?? 0;
      if (key !== 0) order[count++] = (places[key - 1] ?? 0) * cells.length + cell;
    }
    for (const [index, each] of order.sort().entries()) {
      this.#write(rows, first + index, each % cells.length);
    }
  }

  #write(rows: SumRows, row: number, cell: number): void {
    rows.codes[row] = (this.#cells[cell] ?? 0) - 1;
    rows.setSum(row, this.#cells[cell + HIGH] ?? 0, this.#cells[cell + LOW] ?? 0);
    rows.latestMs[row] = this.#cells[cell + LATEST_MS] ?? 0;
  }

  #merge(theirs: Float64Array, codeOf: (code: number) => number): void {
    for (let from = 0; from < theirs.length; from += WIDTH) {
      const key = theirs[from] ?? 0;
      if (key === 0) continue;
      const cell = this.#cellOf(codeOf(key - 1));
      this.#cells[cell + HIGH] = (this.#cells[cell + HIGH] ?? 0) + (theirs[from + HIGH] ?? 0);
      this.#addTo(cell, theirs[from + LOW] ?? 0, theirs[from + LATEST_MS] ?? 0);
    }
  }

  #addTo(cell: number, bytes: number, timeMs: number): void {
    const cells = this.#cells;
    const sum = (cells[cell + LOW] ?? 0) + bytes;
    const carried = sum < BASE ? 0 : Math.floor(sum / BASE);
    cells[cell + LOW] = sum - carried * BASE;
    if (carried > 0) cells[cell + HIGH] = (cells[cell + HIGH] ?? 0) + carried;
    if (timeMs > (cells[cell + LATEST_MS] ?? 0)) cells[cell + LATEST_MS] = timeMs;
  }

  /** The cell of a code, which is added if it is new. */
  #cellOf(code: number): number {
    const key = code + 1;
    const cell = this.#placeIn(this.#cells, key);
    return this.#cells[cell] === key ? cell : this.#add(key, cell);
  }

  /** @param cell where the key belongs if the table stays as it is. */
  #add(key: number, cell: number): number {
    this.#size += 1;
    this.#greatestKey = Math.max(this.#greatestKey, key);
    const hasRoom = this.#isDirect ? cell < this.#cells.length : !this.#isHalfFull;
    if (hasRoom) return occupy(this.#cells, cell, key);
    this.#rebuild();
    return occupy(this.#cells, this.#placeIn(this.#cells, key), key);
  }

  /** The cell of a key, or where it belongs: beyond the end of a direct table that is too small for it. */
  #placeIn(cells: Float64Array, key: number): number {
    return this.#isDirect ? (key - 1) * WIDTH : find(cells, key);
  }

  get #isHalfFull(): boolean {
    return this.#size * WIDTH * 2 > this.#cells.length;
  }

  #rebuild(): void {
    const cells = this.#cells;
    const slotsOfAll = powerOfTwo(this.#greatestKey);
    this.#isDirect = slotsOfAll <= this.#size * MOST_SLOTS;
    const rebuilt = new Float64Array((this.#isDirect ? slotsOfAll : powerOfTwo(2 * this.#size + 1)) * WIDTH);
    for (let from = 0; from < cells.length; from += WIDTH) {
      const key = cells[from] ?? 0;
      if (key === 0) continue;
      const to = this.#placeIn(rebuilt, key);
      for (let part = 0; part < WIDTH; part += 1) rebuilt[to + part] = cells[from + part] ?? 0;
    }
    this.#cells = rebuilt;
    freeIfLarge(cells);
  }
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast));
}

function occupy(cells: Float64Array, cell: number, key: number): number {
  cells[cell] = key;
  cells[cell + LATEST_MS] = -Infinity;
  return cell;
}

/** The cell of a key, or the free cell for it: linear probing after Fibonacci hashing, which spreads runs of keys. */
function find(cells: Float64Array, key: number): number {
  const slots = cells.length / WIDTH;
  let slot = Math.imul(key, 0x9e3779b1) >>> (Math.clz32(slots) + 1);
  while (cells[slot * WIDTH] !== 0 && cells[slot * WIDTH] !== key) slot = (slot + 1) & (slots - 1);
  return slot * WIDTH;
}
