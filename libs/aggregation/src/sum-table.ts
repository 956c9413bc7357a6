import type { SumRows } from './sum-rows.ts';

/** Where a sum's low part is carried into its high part. */
const BASE = 2 ** 50;

/** A table begins small: 64 bytes lie in the heap itself, which a window with one id of a type never leaves. */
const FIRST_SLOTS = 2;

/** A table with a sum for fewer than one of so many places is sorted: visiting all places would take longer. */
const SPARSE = 16;

/** A slot: the number plus 1, or 0 while it is free; the sum as high * 2^50 + low; the greatest time. */
const WIDTH = 4;
const [LOW, HIGH, LATEST_MS] = [1, 2, 3];

/**
 * Sums of bytes by number, each with the greatest of the times that came with them. One array, so that an addition
 * touches one line of the processor's cache, and the garbage collector has nothing to visit: with an object for each of
 * 20,000 users in 36 windows the two were a fifth of what a drain takes (docs/performance-profile.md).
 *
 * A sum stays exact beyond 2^53: its parts are whole numbers that a double holds exactly.
 */
export class SumTable {
  #cells = new Float64Array(FIRST_SLOTS * WIDTH);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /**
   * @param number from 0 to 2^32 - 2.
   * @param bytes an integer from 0 to 2^52.
   */
  add(number: number, bytes: number, timeMs: number): void {
    this.#addTo(this.#cellOf(number), bytes, timeMs);
  }

  /** Adds another table's sums. @param numberOf tells by which number each of them goes here. */
  merge(other: SumTable, numberOf: (number: number) => number): void {
    const theirs = other.#cells;
    for (let from = 0; from < theirs.length; from += WIDTH) {
      const key = theirs[from] ?? 0;
      if (key === 0) continue;
      const cell = this.#cellOf(numberOf(key - 1));
      this.#cells[cell + HIGH] = (this.#cells[cell + HIGH] ?? 0) + (theirs[from + HIGH] ?? 0);
      this.#addTo(cell, theirs[from + LOW] ?? 0, theirs[from + LATEST_MS] ?? 0);
    }
  }

  /** Writes the sums in the order of their places. @param places by number; no two are the same. */
  writeTo(rows: SumRows, first: number, places: Int32Array): void {
    const isDense = this.#size * SPARSE >= places.length;
    if (isDense) this.#writeDense(rows, first, places);
    else this.#writeSparse(rows, first, places);
  }

  /** Most places have a sum: each cell is put where it belongs, and then all places are visited. */
  #writeDense(rows: SumRows, first: number, places: Int32Array): void {
    const cells = this.#cells;
    const cellPlus1 = new Int32Array(places.length);
    for (let cell = 0; cell < cells.length; cell += WIDTH) {
      const key = cells[cell] ?? 0;
      if (key !== 0) cellPlus1[places[key - 1] ?? 0] = cell + 1;
    }
    let row = first;
    for (let place = 0; place < cellPlus1.length; place += 1) {
      const cell = (cellPlus1[place] ?? 0) - 1;
      if (cell >= 0) this.#write(rows, row++, place, cell);
    }
  }

  #writeSparse(rows: SumRows, first: number, places: Int32Array): void {
    const cells = this.#cells;
    // Place and cell in one double: sorting doubles takes a fifth of what sorting objects does.
    const order = new Float64Array(this.#size);
    let count = 0;
    for (let cell = 0; cell < cells.length; cell += WIDTH) {
      const key = cells[cell] ?? 0;
      if (key !== 0) order[count++] = (places[key - 1] ?? 0) * cells.length + cell;
    }
    for (const [index, each] of order.sort().entries()) {
      this.#write(rows, first + index, Math.floor(each / cells.length), each % cells.length);
    }
  }

  #write(rows: SumRows, row: number, place: number, cell: number): void {
    rows.places[row] = place;
    rows.setSum(row, this.#cells[cell + HIGH] ?? 0, this.#cells[cell + LOW] ?? 0);
    rows.latestMs[row] = this.#cells[cell + LATEST_MS] ?? 0;
  }

  #addTo(cell: number, bytes: number, timeMs: number): void {
    const cells = this.#cells;
    const sum = (cells[cell + LOW] ?? 0) + bytes;
    const carried = sum < BASE ? 0 : Math.floor(sum / BASE);
    cells[cell + LOW] = sum - carried * BASE;
    if (carried > 0) cells[cell + HIGH] = (cells[cell + HIGH] ?? 0) + carried;
    if (timeMs > (cells[cell + LATEST_MS] ?? 0)) cells[cell + LATEST_MS] = timeMs;
  }

  /** Makes room for a number that is new. */
  #cellOf(number: number): number {
    const cell = find(this.#cells, number + 1);
    if (this.#cells[cell] !== 0) return cell;
    this.#size += 1;
    if (this.#size * WIDTH * 2 <= this.#cells.length) return occupy(this.#cells, cell, number + 1);
    this.#grow();
    return occupy(this.#cells, find(this.#cells, number + 1), number + 1);
  }

  #grow(): void {
    const cells = this.#cells;
    const larger = new Float64Array(cells.length * 2);
    for (let from = 0; from < cells.length; from += WIDTH) {
      const key = cells[from] ?? 0;
      if (key === 0) continue;
      const to = find(larger, key);
      for (let part = 0; part < WIDTH; part += 1) larger[to + part] = cells[from + part] ?? 0;
    }
    this.#cells = larger;
  }
}

function occupy(cells: Float64Array, cell: number, key: number): number {
  cells[cell] = key;
  cells[cell + LATEST_MS] = -Infinity;
  return cell;
}

/** Where a key is, or would be: where its hash says (Fibonacci hashing spreads runs of keys), or next to it. */
function find(cells: Float64Array, key: number): number {
  const slots = cells.length / WIDTH;
  let slot = Math.imul(key, 0x9e3779b1) >>> (Math.clz32(slots) + 1);
  while (cells[slot * WIDTH] !== 0 && cells[slot * WIDTH] !== key) slot = (slot + 1) & (slots - 1);
  return slot * WIDTH;
}
