import { ByteWords } from './byte-words.ts';
import { freeIfLarge } from './outgrown.ts';
import type { Utf8Texts } from './utf8-texts.ts';

/** Initial capacities, which double when they are exhausted. They are small, since many tables hold few texts, such as the apps. */
const FIRST_SLOTS = 2 ** 4;
const FIRST_TEXTS = 2 ** 3;
const FIRST_BYTES = 2 ** 7;

/** Numbers of a slot: the hash of its text, and where the bytes of the text begin, or 0 while the slot is free. */
const SLOT_WIDTH = 2;

/**
 * Three integers before the bytes of a text: its hash, its code and its length. A search touches one slot and these, since
 * each place in memory takes the processor longer than all the rest when the table is larger than its cache.
 */
export const HEADER_BYTES = 12;
const [HASH, CODE, LENGTH] = [-12, -8, -4];

/** Greatest share of slots that are taken. Five million texts take 64 MiB of slots. */
const MOST_FULL = 5 / 8;

/**
 * Maximum slots that are probed for one text. Three eighths of the slots are free, so that hardly any texts but those chosen by
 * an attacker collide as often; these are kept in a map.
 */
const MAX_PROBES = 128;

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** Gives each byte a character of its own, so that bytes which are no valid text are another key than any text. */
const latin1 = new TextDecoder('latin1');

/**
 * Texts with codes from 0 on, in the order in which they were added, as UTF-8 bytes. All lie in a few arrays, so that the
 * garbage collector has nothing to visit (docs/performance-profile.md).
 */
export class TextTable {
  /** Position of each text's first byte. */
  #starts = new Int32Array(FIRST_TEXTS);
  #length = 0;
  #words = new ByteWords(new Uint8Array(FIRST_BYTES));
  /** The end of all bytes. */
  #end = 0;
  /** A hash table with linear probing. */
  #slots = new Int32Array(FIRST_SLOTS * SLOT_WIDTH);
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

  /** Bytes of memory that the texts take. */
  get sizeBytes(): number {
    return this.#end;
  }

  /** The bytes of all texts, which are not adjacent. Adding a text may move them. */
  get words(): ByteWords {
    return this.#words;
  }

  /** Position of a text's first byte in `words`. */
  startOf(code: number): number {
    return this.#starts[code] ?? 0;
  }

  /** Length of a text in UTF-8 bytes. */
  lengthOf(code: number): number {
    return this.#words.integerAt(this.startOf(code) + LENGTH);
  }

  textAt(code: number): string {
    const start = this.startOf(code);
    return utf8.decode(this.#words.bytes.subarray(start, start + this.lengthOf(code)));
  }

  /** A copy of all texts as plain data. */
  packed(): Utf8Texts {
    const starts = new Int32Array(this.#length + 1);
    const bytes = new Uint8Array(this.#end - this.#length * HEADER_BYTES);
    const target = new ByteWords(bytes);
    for (let code = 0; code < this.#length; code += 1) {
      const [from, length, to] = [this.startOf(code), this.lengthOf(code), starts[code] ?? 0];
      this.#words.copyTo(target, from, from + length, to);
      starts[code + 1] = to + length;
    }
    return { bytes, starts };
  }

  /** The code of the text in bytes [start, end) that was added with this hash; -1 without one. */
  find(words: ByteWords, start: number, end: number, hash: number): number {
    if (this.#indexed < this.#length) this.#index();
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = firstSlot(slots, hash);
    for (let probes = 0; probes < MAX_PROBES; probes += 1) {
      const at = slots[slot + 1] ?? 0;
      if (at === 0) return -1;
      if (slots[slot] === hash && this.#isAt(at, words, start, end)) return this.#words.integerAt(at + CODE);
      slot = (slot + SLOT_WIDTH) & mask;
    }
    return this.#findCrowded(words, start, end, hash);
  }

  /**
   * Replaces each of the first `count` hashes by the code of the text in its first slot if that text was added with this hash,
   * otherwise by -1. All slots are read in one loop, then all texts in another, so that the processor overlaps the cache misses.
   */
  firstCodes(hashes: Int32Array, count: number): void {
    const slots = this.#slots;
    for (let index = 0; index < count; index += 1) {
      const hash = hashes[index] ?? 0;
      const slot = firstSlot(slots, hash);
      hashes[index] = slots[slot] === hash ? (slots[slot + 1] ?? 0) : 0;
    }
    for (let index = 0; index < count; index += 1) {
      const at = hashes[index] ?? 0;
      hashes[index] = at === 0 ? -1 : this.#words.integerAt(at + CODE);
    }
  }

  /** Whether the text of a code is in bytes [start, end). */
  isText(code: number, words: ByteWords, start: number, end: number): boolean {
    return this.#isAt(this.startOf(code), words, start, end);
  }

  /** Adds the text in bytes [start, end), which the table does not hold with this hash. @returns its code. */
  add(words: ByteWords, start: number, end: number, hash: number): number {
    const code = this.#length;
    const length = end - start;
    const at = this.#end + HEADER_BYTES;
    if (at + length > this.#words.bytes.length) this.#growBytes(at + length);
    if (code === this.#starts.length) this.#growStarts();
    this.#words.setInteger(at + HASH, hash);
    this.#words.setInteger(at + CODE, code);
    this.#words.setInteger(at + LENGTH, length);
    words.copyTo(this.#words, start, end, at);
    this.#starts[code] = at;
    this.#end = at + length;
    this.#length += 1;
    return code;
  }

  /** The code of a text of another table, which is added if it is new. */
  codeOf(table: TextTable, code: number): number {
    const start = table.startOf(code);
    const known = this.find(table.words, start, start + table.lengthOf(code), table.#hashOf(code));
    return known >= 0 ? known : this.addFrom(table, code);
  }

  /** Adds a text of another table, which this one does not hold. @returns its code. */
  addFrom(table: TextTable, code: number): number {
    const start = table.startOf(code);
    return this.add(table.words, start, start + table.lengthOf(code), table.#hashOf(code));
  }

  #findCrowded(words: ByteWords, start: number, end: number, hash: number): number {
    const code = this.#crowded.get(keyOf(words.bytes, start, end)) ?? -1;
    return code >= 0 && this.#hashOf(code) === hash ? code : -1;
  }

  #hashOf(code: number): number {
    return this.#words.integerAt(this.startOf(code) + HASH);
  }

  #isAt(at: number, words: ByteWords, start: number, end: number): boolean {
    return this.#words.integerAt(at + LENGTH) === end - start && words.isSame(start, end, this.#words, at);
  }

  /** Puts the texts that were added since the last search into slots. */
  #index(): void {
    if (this.#length * SLOT_WIDTH > this.#slots.length * MOST_FULL) {
      freeIfLarge(this.#slots);
      this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(this.#length / MOST_FULL)) * SLOT_WIDTH);
      this.#crowded.clear();
      this.#indexed = 0;
    }
    for (; this.#indexed < this.#length; this.#indexed += 1) this.#place(this.#indexed);
  }

  #place(code: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const [start, hash] = [this.startOf(code), this.#hashOf(code)];
    let slot = firstSlot(slots, hash);
    for (let probes = 0; probes < MAX_PROBES; probes += 1) {
      if (slots[slot + 1] === 0) {
        slots[slot] = hash;
        slots[slot + 1] = start;
        return;
      }
      slot = (slot + SLOT_WIDTH) & mask;
    }
    this.#crowded.set(keyOf(this.#words.bytes, start, start + this.lengthOf(code)), code);
  }

  #growStarts(): void {
    const larger = new Int32Array(this.#starts.length * 2);
    larger.set(this.#starts);
    freeIfLarge(this.#starts);
    this.#starts = larger;
  }

  #growBytes(length: number): void {
    const { bytes } = this.#words;
    const larger = new Uint8Array(Math.max(bytes.length * 2, length));
    larger.set(bytes);
    freeIfLarge(bytes);
    this.#words = new ByteWords(larger);
  }
}

/** The slot where a search for a hash begins. */
function firstSlot(slots: Int32Array, hash: number): number {
  return Math.imul(hash, SLOT_WIDTH) & (slots.length - 1);
}

function keyOf(bytes: Uint8Array, start: number, end: number): string {
  return latin1.decode(bytes.subarray(start, end));
}
