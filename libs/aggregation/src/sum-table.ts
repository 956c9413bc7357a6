import { fibonacciHash, freeIfLarge } from '@antenna/event-schema';

/** The low part of a sum stays below this base; the rest is carried into the high part. */
const BASE = 2 ** 50;

/** Initial slots. Their 64 bytes lie in the JavaScript heap itself, and suffice for a window with a few ids of a type. */
const FIRST_SLOTS = 4;

/** A table is direct while it has at most so many slots for each sum: as many as a hash table that was just doubled. */
const MOST_SLOTS = 4;

/** Numbers of a slot: the low part of the sum, and the entry, or 0 while the slot is free. */
const WIDTH = 2;
const ENTRY = 1;

/**
 * An entry is the code plus 1, times this, plus the greatest event time in milliseconds since the hour began, which are fewer
 * than this: an integer up to 2^53.
 */
const TIMES = 2 ** 22;

/** The sum of a code is high * 2^50 + low. */
export interface Sum {
  high: number;
  low: number;
  /** The greatest event time, milliseconds since 1970; -Infinity without an event. */
  latestMs: number;
}

/**
 * Sums of bytes by code, each with its greatest event time, of events of one hour. All lie in one array, 16 bytes each, so that
 * an addition touches one cache line and the garbage collector has nothing to visit. With an object for each of 20,000 users in
 * 36 windows, cache misses and collection took a fifth of a drain's time (docs/performance-profile.md).
 *
 * If many of the codes up to the greatest one have a sum, the table is direct: the sum of code n is in slot n. Otherwise it
 * is a hash table, half of whose slots are free.
 *
 * A sum stays exact beyond 2^53: its parts are integers that a double represents exactly.
 */
export class SumTable {
  readonly #hourStartMs: number;
  #cells = new Float64Array(FIRST_SLOTS * WIDTH);
  /** The high parts that are not 0, by code. */
  #highParts: Map<number, number> | undefined;
  #isDirect = true;
  #size = 0;
  #greatestKey = 0;

  /** @param hourStartMs the hour of all events, milliseconds since 1970. */
  constructor(hourStartMs: number) {
    this.#hourStartMs = hourStartMs;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * @param code an integer from 0 to 2^31 - 2.
   * @param bytes an integer from 0 to 2^52.
   * @param sinceMs an event time in the hour of the table, milliseconds since the hour began.
   */
  add(code: number, bytes: number, sinceMs: number): void {
    const cell = this.#cellOf(code + 1);
    const cells = this.#cells;
    const low = (cells[cell] ?? 0) + bytes;
    cells[cell] = low < BASE ? low : this.#carry(code, low);
    const entry = (code + 1) * TIMES + sinceMs;
    if (entry > (cells[cell + ENTRY] ?? 0)) cells[cell + ENTRY] = entry;
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

  /** Adds what this table has for a code to a sum. */
  addTo(sum: Sum, code: number): void {
    const cell = this.#placeIn(this.#cells, code + 1);
    const since = (this.#cells[cell + ENTRY] ?? 0) - (code + 1) * TIMES;
    if (!isTime(since)) return;
    const low = sum.low + (this.#cells[cell] ?? 0);
    const carried = low < BASE ? 0 : 1;
    sum.low = low - carried * BASE;
    sum.high += carried + (this.#highParts?.get(code) ?? 0);
    sum.latestMs = Math.max(sum.latestMs, this.#hourStartMs + since);
  }

  /** The same sums by other codes. @param codeOf another code for each code. */
  withCodes(codeOf: (code: number) => number): SumTable {
    const table = new SumTable(this.#hourStartMs);
    for (let from = 0; from < this.#cells.length; from += WIDTH) {
      const entry = this.#cells[from + ENTRY] ?? 0;
      if (entry === 0) continue;
      const code = keyOf(entry) - 1;
      const other = codeOf(code);
      table.add(other, this.#cells[from] ?? 0, entry % TIMES);
      const high = this.#highParts?.get(code);
      if (high !== undefined) table.#addHigh(other, high);
    }
    return table;
  }

  /** Frees the memory of a table that is not used any more. */
  free(): void {
    freeIfLarge(this.#cells);
  }

  /** The codes that have a sum, in no certain order. */
  codes(): Int32Array<ArrayBuffer> {
    const codes = new Int32Array(this.#size);
    let count = 0;
    for (let cell = 0; cell < this.#cells.length; cell += WIDTH) {
      const entry = this.#cells[cell + ENTRY] ?? 0;
      if (entry !== 0) codes[count++] = keyOf(entry) - 1;
    }
    return codes;
  }

  /** @returns the low part that is left of a sum. */
  #carry(code: number, low: number): number {
    const carried = Math.floor(low / BASE);
    this.#addHigh(code, carried);
    return low - carried * BASE;
  }

  #addHigh(code: number, high: number): void {
    this.#highParts ??= new Map();
    this.#highParts.set(code, (this.#highParts.get(code) ?? 0) + high);
  }

  /** The cell of a key. A key that has none gets one. */
  #cellOf(key: number): number {
    const cells = this.#cells;
    const cell = this.#placeIn(cells, key);
    // A read beyond the end of the array is undefined. Once one has happened, V8 allocates an object for each number that is read
    // here, so that the place is checked before.
    return cell < cells.length && isEntryOf(key, cells[cell + ENTRY]) ? cell : this.#add(key, cell);
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
      const entry = cells[from + ENTRY] ?? 0;
      if (entry === 0) continue;
      const to = this.#placeIn(rebuilt, keyOf(entry));
      rebuilt[to] = cells[from] ?? 0;
      rebuilt[to + ENTRY] = entry;
    }
    this.#cells = rebuilt;
    freeIfLarge(cells);
  }
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast));
}

function keyOf(entry: number): number {
  return Math.floor(entry / TIMES);
}

function isEntryOf(key: number, entry: number | undefined): boolean {
  return isTime((entry ?? 0) - key * TIMES);
}

function isTime(since: number): boolean {
  return since >= 0 && since < TIMES;
}

/** Begins a sum at the first instant of the hour. */
function occupy(cells: Float64Array, cell: number, key: number): number {
  cells[cell + ENTRY] = key * TIMES;
  return cell;
}

/** The cell of a key, or the free cell for it: linear probing after Fibonacci hashing, which spreads runs of keys. */
function find(cells: Float64Array, key: number): number {
  const slots = cells.length / WIDTH;
  let slot = fibonacciHash(key, 31 - Math.clz32(slots));
  for (;;) {
    const entry = cells[slot * WIDTH + ENTRY] ?? 0;
    if (entry === 0 || isTime(entry - key * TIMES)) return slot * WIDTH;
    slot = (slot + 1) & (slots - 1);
  }
}
