import { ByteWords } from './byte-words.ts';
import type { Utf8Texts } from './utf8-texts.ts';

/** Initial slots, entries and bytes. A table of few texts, such as that of the apps, stays small; any other grows quickly. */
const FIRST_SLOTS = 2 ** 4;
const FIRST_ENTRIES = 2 ** 3;
const FIRST_BYTES = 2 ** 6;

/** Numbers of an entry: the hash of its text, and the start of the text's bytes, which is the end of the text before. */
const WIDTH = 2;

/**
 * Maximum slots that are probed for one text. Half of the slots are free, so that only texts chosen by an attacker
 * collide as often; these are kept in a map.
 */
const MAX_PROBES = 128;

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Texts with codes from 0 on, in the order in which they were added, as UTF-8 bytes. All lie in a few arrays, so that the
 * garbage collector has nothing to visit: a million strings took it a quarter of a worker's CPU
 * (docs/performance-profile.md).
 */
export class TextTable {
  #length = 0;
  /** Adjacent numbers for each entry, for the processor's cache. */
  #entries = new Int32Array((FIRST_ENTRIES + 1) * WIDTH);
  #words = new ByteWords(new Uint8Array(FIRST_BYTES));
  /** A hash table with linear probing: a slot holds a code plus 1, or 0 while it is free. */
  #slots = new Int32Array(FIRST_SLOTS);
  /** Texts that are in the slots or in `#crowded`. A table in which no text is searched needs neither. */
  #indexed = 0;
  /** The codes of texts that found no free slot, by their bytes. */
  readonly #crowded = new Map<string, number>();

  /** A table of these texts, which have to be distinct. */
  static of(texts: readonly string[]): TextTable {
    const table = new TextTable();
    for (const text of texts) {
      const words = new ByteWords(encoder.encode(text));
      table.add(words, 0, words.bytes.length, words.hashOf(0, words.bytes.length));
    }
    return table;
  }

  /** Number of texts. */
  get length(): number {
    return this.#length;
  }

  /** The bytes of all texts. Adding a text may move them. */
  get words(): ByteWords {
    return this.#words;
  }

  /** The start of a text's bytes, and of the number of texts: the end of all bytes. */
  startOf(code: number): number {
    return this.#entries[code * WIDTH + 1] ?? 0;
  }

  /** The end of a text's bytes (exclusive). */
  endOf(code: number): number {
    return this.startOf(code + 1);
  }

  /** The hash with which the text was added. */
  hashAt(code: number): number {
    return this.#entries[code * WIDTH] ?? 0;
  }

  textAt(code: number): string {
    return utf8.decode(this.#words.bytes.subarray(this.startOf(code), this.endOf(code)));
  }

  /** All texts as plain data, which shares the table's memory: it is good until a text is added. */
  packed(): Utf8Texts {
    const starts = new Int32Array(this.#length + 1);
    for (let code = 0; code < starts.length; code += 1) starts[code] = this.startOf(code);
    return { bytes: this.#words.bytes.subarray(0, this.startOf(this.#length)), starts };
  }

  /** The code of the text in bytes [start, end) that was added with this hash; -1 without one. */
  find(words: ByteWords, start: number, end: number, hash: number): number {
    if (this.#indexed < this.#length) this.#index();
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < MAX_PROBES; probes += 1) {
      const code = (this.#slots[slot] ?? 0) - 1;
      if (code < 0) return -1;
      if (this.#entries[code * WIDTH] === hash && this.#holds(code, words, start, end)) return code;
      slot = (slot + 1) & mask;
    }
    const crowded = this.#crowded.get(keyOf(words.bytes, start, end)) ?? -1;
    return crowded >= 0 && this.hashAt(crowded) === hash ? crowded : -1;
  }

  /** Adds the text in bytes [start, end), which the table does not hold with this hash. @returns its code. */
  add(words: ByteWords, start: number, end: number, hash: number): number {
    const code = this.#length;
    const from = this.startOf(code);
    const to = from + end - start;
    if (to > this.#words.bytes.length) this.#growBytes(to);
    words.copyTo(this.#words, start, end, from);
    if ((code + 2) * WIDTH > this.#entries.length) this.#entries = grown(this.#entries);
    this.#entries[code * WIDTH] = hash;
    this.#entries[(code + 1) * WIDTH + 1] = to;
    this.#length += 1;
    return code;
  }

  /** The code of a text of another table, which is added if it is new. */
  codeOf(table: TextTable, code: number): number {
    const [words, start, end, hash] = [table.words, table.startOf(code), table.endOf(code), table.hashAt(code)];
    const known = this.find(words, start, end, hash);
    return known >= 0 ? known : this.add(words, start, end, hash);
  }

  /** Adds a text of another table, which this one does not hold. @returns its code. */
  addFrom(table: TextTable, code: number): number {
    return this.add(table.words, table.startOf(code), table.endOf(code), table.hashAt(code));
  }

  #holds(code: number, words: ByteWords, start: number, end: number): boolean {
    const from = this.startOf(code);
    return this.endOf(code) - from === end - start && words.isSame(start, end, this.#words, from);
  }

  /** Puts the texts that were added since the last search into slots, half of which stay free. */
  #index(): void {
    if (this.#length * 2 > this.#slots.length) {
      this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(this.#length * 2 + 1)));
      this.#crowded.clear();
      this.#indexed = 0;
    }
    for (; this.#indexed < this.#length; this.#indexed += 1) this.#place(this.#indexed);
  }

  #place(code: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.hashAt(code) & mask;
    for (let probes = 0; probes < MAX_PROBES; probes += 1) {
      if (this.#slots[slot] === 0) {
        this.#slots[slot] = code + 1;
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.#crowded.set(keyOf(this.#words.bytes, this.startOf(code), this.endOf(code)), code);
  }

  #growBytes(length: number): void {
    const { bytes } = this.#words;
    const larger = new Uint8Array(Math.max(bytes.length * 2, length));
    larger.set(bytes);
    this.#words = new ByteWords(larger);
  }
}

function grown(entries: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(entries.length * 2);
  larger.set(entries);
  return larger;
}

/** One character for each byte, so that other bytes are another key, also if they are no valid text. */
function keyOf(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
