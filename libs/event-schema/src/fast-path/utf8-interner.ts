import { ByteWords } from '../texts/byte-words.ts';
import { fibonacciHash } from '../texts/fibonacci-hash.ts';
import { isEventText } from '../event-text.ts';
import { isUnescaped } from './json-bytes.ts';
import { MAX_TEXT_LENGTH } from '../limits.ts';
import { HEADER_BYTES, TextTable } from '../texts/text-table.ts';

/** With more texts or more bytes, an interner starts over. A text of 36 bytes takes 70 to 110 bytes of memory. */
export interface InternerBounds {
  readonly maxTexts: number;
  readonly maxBytes: number;
}

const BOUNDS: InternerBounds = { maxTexts: 2 ** 20, maxBytes: 2 ** 26 };

/** For the ids of the five million users that one commit may have, and of a million others. */
export const BOUNDS_OF_USERS: InternerBounds = { maxTexts: 6 * 2 ** 20, maxBytes: 2 ** 28 };

/** An interner is nearly full from this share of its bounds on. The texts of one more batch still find room. */
const NEARLY = 15 / 16;

/** Whether an interner will soon start over. @param texts its table. */
export function isNearlyFull({ length, sizeBytes }: TextTable, { maxTexts, maxBytes }: InternerBounds): boolean {
  return length >= NEARLY * maxTexts || sizeBytes >= NEARLY * maxBytes;
}

/**
 * Changes the hash of a text that JSON has to escape. A record never holds its bytes unescaped, so no bytes of a record may
 * find it.
 */
const ESCAPED = 0x5bd1e995;

/** The greatest length of a valid text in UTF-8, in which a character takes four bytes at most. */
const MAX_TEXT_BYTES = 4 * MAX_TEXT_LENGTH;

/**
 * A text's last bytes, hashed to so many bits, are its place. They mostly differ between antennas and between apps, so that most
 * of their look-ups find the text at its place, without a hash of all bytes (docs/performance-profile.md). Of 300 random texts,
 * one in fourteen shares its place with another. With more texts than places, such as the ids of many users, nearly each would
 * be compared with another text in vain: their places are not used.
 */
const LAST_BYTES = 4;
const PLACE_BITS = 12;

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Assigns codes to texts by their UTF-8 bytes: equal bytes have the same code, so that each text is validated once, and
 * callers can count by code without a map of texts. Its memory is bounded: when it is full it starts over with a new
 * table; codes returned before belong to the earlier table.
 */
export class Utf8Interner {
  #texts = new TextTable();
  /**
   * By place, 1 plus the code of the text that was looked up there last, or 0. Only texts that JSON need not escape are looked up
   * so. A new table has other texts for the same codes, also escaped ones: then all are cleared.
   */
  readonly #lastFound = new Int32Array(2 ** PLACE_BITS);
  readonly #bounds: InternerBounds;

  constructor(bounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** The texts by code, to which others are added. Another table means that the interner has started over. */
  get texts(): TextTable {
    return this.#texts;
  }

  /** Starts over if it is nearly full, so that totals which begin afterwards need only the new table. */
  renew(): void {
    if (isNearlyFull(this.#texts, this.#bounds)) this.#startOver();
  }

  /**
   * The code of the text in bytes [start, end), which stand between quotation marks in JSON; -1 when they need an
   * escape or are not a valid text of an event.
   */
  codeOf(words: ByteWords, start: number, end: number): number {
    if (end - start > MAX_TEXT_BYTES) return -1;
    const isPlaced = end - start >= LAST_BYTES && this.#texts.length <= 2 ** PLACE_BITS;
    return isPlaced ? this.#findByPlace(words, start, end) : this.#search(words, start, end);
  }

  #findByPlace(words: ByteWords, start: number, end: number): number {
    const place = fibonacciHash(words.integerAt(end - LAST_BYTES), PLACE_BITS);
    const last = (this.#lastFound[place] ?? 0) - 1;
    if (last >= 0 && this.#texts.isText(last, words, start, end)) return last;
    const code = this.#search(words, start, end);
    if (code >= 0) this.#lastFound[place] = code + 1;
    return code;
  }

  #search(words: ByteWords, start: number, end: number): number {
    const hash = words.hashOf(start, end);
    const known = this.#texts.find(words, start, end, hash);
    if (known >= 0) return known;
    return isText(words.bytes.subarray(start, end)) ? this.#add(words, start, end, hash) : -1;
  }

  /** The code of a valid text of an event, also of one that JSON has to escape. */
  codeOfText(text: string): number {
    const words = new ByteWords(encoder.encode(text));
    const { bytes } = words;
    if (isUnescaped(bytes)) return this.codeOf(words, 0, bytes.length);
    const hash = words.hashOf(0, bytes.length) ^ ESCAPED;
    const known = this.#texts.find(words, 0, bytes.length, hash);
    return known >= 0 ? known : this.#add(words, 0, bytes.length, hash);
  }

  #add(words: ByteWords, start: number, end: number, hash: number): number {
    const { maxTexts, maxBytes } = this.#bounds;
    const { length: texts, sizeBytes } = this.#texts;
    if (texts >= maxTexts || sizeBytes + HEADER_BYTES + end - start > maxBytes) this.#startOver();
    return this.#texts.add(words, start, end, hash);
  }

  #startOver(): void {
    this.#texts = new TextTable();
    this.#lastFound.fill(0);
  }
}

function isText(bytes: Uint8Array): boolean {
  if (!isUnescaped(bytes)) return false;
  try {
    return isEventText(utf8.decode(bytes));
  } catch {
    return false;
  }
}
