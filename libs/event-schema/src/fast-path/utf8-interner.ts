import { ByteWords } from './byte-words.ts';
import { isEventText } from '../event-text.ts';
import { isUnescaped } from './json-bytes.ts';

/**
 * With more texts or more bytes, an interner starts over: with those of a million users. A text of 36 bytes takes about
 * 150 bytes of memory.
 */
const BOUNDS = { maxTexts: 2 ** 20, maxBytes: 2 ** 26 };

/** Initial slots and bytes. An interner of few texts, such as that of the apps, stays small; any other grows quickly. */
const FIRST_SLOTS = 2 ** 4;
const FIRST_BYTES = 2 ** 6;
const ENTRY_WIDTH = 2;

/**
 * Maximum slots that are probed for one text. Half of the slots are free, so that only texts chosen by an attacker
 * collide as often; the interner then starts over.
 */
const MAX_PROBES = 128;

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Assigns codes to texts by their UTF-8 bytes: equal bytes have the same code, so that each text is decoded and
 * validated once, and callers can count by code without a map of texts. Its memory is bounded: when it is full it
 * starts over with a new array of texts; codes returned before index the earlier array.
 */
export class Utf8Interner {
  #texts: string[] = [];
  /** A hash table with linear probing: a slot holds an entry's index plus 1, or 0 while it is free. */
  #slots = new Int32Array(FIRST_SLOTS);
  /**
   * Two adjacent numbers for each entry, for the processor's cache: its hash, and the start of its bytes in `#bytes`,
   * which is the end of the entry before.
   */
  #entries = new Int32Array(FIRST_SLOTS + ENTRY_WIDTH);
  #bytes = new ByteWords(new Uint8Array(FIRST_BYTES));
  /** Codes of texts that JSON has to escape. They have no bytes here, since a record never holds them unescaped. */
  readonly #escaped = new Map<string, number>();
  readonly #bounds: typeof BOUNDS;

  constructor(bounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** The texts by code; the array grows. A new array means that the interner has started over. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /**
   * The code of the text in bytes [start, end), which stand between quotation marks in JSON; -1 when they need an
   * escape or are not a valid text of an event.
   */
  codeOf(words: ByteWords, start: number, end: number): number {
    const hash = words.hashOf(start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < MAX_PROBES; probes += 1) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0) return this.#add(words.bytes.subarray(start, end), hash, slot);
      if (this.#entries[entry * ENTRY_WIDTH] === hash && this.#holds(entry, words, start, end)) return entry;
      slot = (slot + 1) & mask;
    }
    this.#startOver();
    return this.codeOf(words, start, end);
  }

  /** The code of a valid text of an event, also of one that JSON has to escape. */
  codeOfText(text: string): number {
    const bytes = encoder.encode(text);
    return isUnescaped(bytes) ? this.codeOf(new ByteWords(bytes), 0, bytes.length) : this.#codeOfEscaped(text);
  }

  #holds(entry: number, words: ByteWords, start: number, end: number): boolean {
    const from = this.#startOf(entry);
    const isAsLong = this.#startOf(entry + 1) - from === end - start;
    return isAsLong && words.isSame(start, end, this.#bytes, from);
  }

  #add(bytes: Uint8Array, hash: number, slot: number): number {
    const text = isUnescaped(bytes) ? decoded(bytes) : undefined;
    if (text === undefined) return -1;
    if (this.#isFull(bytes.length)) {
      this.#startOver();
      return this.codeOf(new ByteWords(bytes), 0, bytes.length);
    }
    const entry = this.#push(text, bytes);
    this.#entries[entry * ENTRY_WIDTH] = hash;
    this.#slots[slot] = entry + 1;
    this.#growIfFull();
    return entry;
  }

  #codeOfEscaped(text: string): number {
    const known = this.#escaped.get(text);
    if (known !== undefined) return known;
    if (this.#isFull(0)) this.#startOver();
    const entry = this.#push(text, new Uint8Array());
    this.#escaped.set(text, entry);
    this.#growIfFull();
    return entry;
  }

  #push(text: string, bytes: Uint8Array): number {
    const entry = this.#texts.push(text) - 1;
    const start = this.#startOf(entry);
    if (start + bytes.length > this.#bytes.bytes.length) this.#growBytes(start + bytes.length);
    this.#bytes.bytes.set(bytes, start);
    this.#entries[(entry + 1) * ENTRY_WIDTH + 1] = start + bytes.length;
    return entry;
  }

  #isFull(moreBytes: number): boolean {
    const { maxTexts, maxBytes } = this.#bounds;
    const texts = this.#texts.length;
    return texts >= maxTexts || this.#startOf(texts) + moreBytes > maxBytes;
  }

  #startOver(): void {
    this.#texts = [];
    this.#slots.fill(0);
    this.#escaped.clear();
  }

  /** Doubles the table when half of the slots are used, so that one more text always fits. */
  #growIfFull(): void {
    if (this.#texts.length * 2 < this.#slots.length) return;
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.#texts.length; entry += 1) {
      if (this.#startOf(entry) === this.#startOf(entry + 1)) continue;
      let slot = (this.#entries[entry * ENTRY_WIDTH] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    this.#slots = slots;
    const entries = new Int32Array(slots.length + ENTRY_WIDTH);
    entries.set(this.#entries);
    this.#entries = entries;
  }

  #startOf(entry: number): number {
    return this.#entries[entry * ENTRY_WIDTH + 1] ?? 0;
  }

  #growBytes(length: number): void {
    const { bytes } = this.#bytes;
    const larger = new Uint8Array(Math.max(bytes.length * 2, length));
    larger.set(bytes);
    this.#bytes = new ByteWords(larger);
  }
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes);
    return isEventText(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
