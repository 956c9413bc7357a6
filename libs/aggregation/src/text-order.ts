import { freeIfLarge, type TextTable } from '@antenna/event-schema';

/** With fewer texts than one in 16 of the order, they are sorted by their places, which is faster than visiting all places. */
const SPARSE = 16;

/** The order of some texts of a table (UTF-16 code units), by which sets of their codes are sorted without comparing texts. */
export class TextOrder {
  readonly #places: Int32Array;
  readonly #length: number;

  /**
   * @param places the place of each of the texts by its code, from 0 on.
   * @param length number of the texts.
   */
  constructor(places: Int32Array, length: number) {
    this.#places = places;
    this.#length = length;
  }

  /** These codes in the order of their texts. @param codes some of the codes in the order, without repetition. */
  sorted(codes: Int32Array): Int32Array {
    return codes.length * SPARSE >= this.#length ? this.#sortedDense(codes) : this.#sortedSparse(codes);
  }

  /** Stores each code at its place, then visits all places in order. */
  #sortedDense(codes: Int32Array): Int32Array {
    const codePlus1 = new Int32Array(this.#length);
    for (let index = 0; index < codes.length; index += 1) {
      const code = codes[index] ?? 0;
      codePlus1[this.#places[code] ?? 0] = code + 1;
    }
    const sorted = new Int32Array(codes.length);
    let count = 0;
    for (let place = 0; place < codePlus1.length; place += 1) {
      const code = (codePlus1[place] ?? 0) - 1;
      if (code >= 0) sorted[count++] = code;
    }
    freeIfLarge(codePlus1);
    return sorted;
  }

  #sortedSparse(codes: Int32Array): Int32Array {
    // Place and code in one double: sorting doubles takes a fifth of the time of sorting objects.
    const codesOfTable = this.#places.length;
    const keys = Float64Array.from(codes, (code) => (this.#places[code] ?? 0) * codesOfTable + code);
    return Int32Array.from(keys.sort(), (key) => key % codesOfTable);
  }
}

/** A sort key consists of the six characters that follow the common prefix of all texts, in seven bits each. */
const PREFIX_LENGTH = 6;
const UNIT_BITS = 7;

/**
 * The greatest number of seven bits stands for all characters from 127 on, which are bytes from 127 on in UTF-8: two texts
 * with such characters at the same place have equal keys, and are compared in full.
 */
const GREATEST_UNIT = 2 ** UNIT_BITS - 1;

/** Bits of the number in a sort key. The other bits of its lower word hold the end of the prefix. */
const NUMBER_BITS = 21;
const NUMBERS = 2 ** NUMBER_BITS;
const LAST_BITS = 2 ** (32 - NUMBER_BITS);

/** Which of the two words of a 64-bit number is the lower one on this machine. */
const LOWER = new Uint32Array(BigUint64Array.of(1n).buffer)[0] === 1 ? 0 : 1;

/**
 * The order of the texts of some codes. They are sorted by integers of 64 bits: six characters of a text, from the first
 * one in which the texts differ, and its number among the codes. Only texts whose six characters are equal are then
 * compared in full. A million UUIDs take 0.1 s, with the first four characters in a double 0.6 s.
 * @param codes without repetition.
 * @param most so many texts are sorted at once, at most 2^21. More are first divided by a byte, and then again.
 */
export function orderOf(texts: TextTable, codes: Int32Array, most = NUMBERS): TextOrder {
  const places = new Int32Array(texts.length);
  const groups: Group[] = [{ codes: codes.slice(), first: 0, divisions: 0 }];
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    if (group.codes.length <= most) placeByKey(places, texts, group);
    else if (group.divisions < MOST_DIVISIONS) groups.push(...divided(texts, group));
    else placeByBytes(places, texts, group);
    freeIfLarge(group.codes);
  }
  return new TextOrder(places, codes.length);
}

/** Codes whose texts have the places from `first` on. */
interface Run {
  readonly codes: Int32Array<ArrayBuffer>;
  readonly first: number;
}

/** A run that may still be too long to be sorted at once. */
interface Group extends Run {
  /** How often the texts have been divided to come to this group. */
  readonly divisions: number;
}

/** Millions of texts that are still together after so many divisions are chosen by an attacker: each division reads all of them. */
const MOST_DIVISIONS = 16;

/** Divides texts by the first byte in which they differ, a text that ends there first. Groups without texts are left out. */
function divided(texts: TextTable, { codes, first, divisions }: Group): Group[] {
  const at = commonLength(texts, codes);
  const { bytes } = texts.words;
  const unitOf = (code: number) =>
    texts.lengthOf(code) === at ? 0 : 1 + utf16Order(bytes[texts.startOf(code) + at] ?? 0);
  const sizes = new Int32Array(UNITS + 1);
  for (let index = 0; index < codes.length; index += 1) {
    const unit = unitOf(codes[index] ?? 0);
    sizes[unit] = (sizes[unit] ?? 0) + 1;
  }
  let start = first;
  const groups = Array.from(sizes, (size): Group => {
    const group = { codes: new Int32Array(size), first: start, divisions: divisions + 1 };
    start += size;
    return group;
  });
  sizes.fill(0);
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    const unit = unitOf(code);
    const end = sizes[unit] ?? 0;
    const group = groups[unit];
    if (group !== undefined) group.codes[end] = code;
    sizes[unit] = end + 1;
  }
  return groups.filter((group) => group.codes.length > 0);
}

/** `utf16Order` returns numbers below this. */
const UNITS = 2 ** 8;

/**
 * Orders bytes of UTF-8 like UTF-16 code units. Both have characters in the same order, but UTF-16 has those of four bytes,
 * which begin with 0xF0 to 0xF4, before the last ones of three, which begin with 0xEE or 0xEF.
 */
function utf16Order(byte: number): number {
  return byte === 0xee || byte === 0xef ? byte + 8 : byte;
}

function placeByKey(places: Int32Array, texts: TextTable, { codes, first }: Run): void {
  const keys = sortedKeys(texts, codes);
  for (let start = 0, end = 1; start < codes.length; start = end, end += 1) {
    while (end < codes.length && keys.prefixAt(end) === keys.prefixAt(start)) end += 1;
    if (end === start + 1) places[keys.codeAt(start)] = first + start;
    else placeByBytes(places, texts, { codes: codesOfPlaces(keys, start, end), first: first + start });
  }
}

/** Sorts the codes by comparing their texts in full. */
function placeByBytes(places: Int32Array, texts: TextTable, { codes, first }: Run): void {
  const { bytes } = texts.words;
  const compare = (one: number, other: number): number => {
    const [mine, theirs] = [texts.startOf(one), texts.startOf(other)];
    const [length, otherLength] = [texts.lengthOf(one), texts.lengthOf(other)];
    for (let at = 0; at < length && at < otherLength; at += 1) {
      const [byte, otherByte] = [bytes[mine + at] ?? 0, bytes[theirs + at] ?? 0];
      if (byte !== otherByte) return utf16Order(byte) - utf16Order(otherByte);
    }
    return length - otherLength;
  };
  codes.sort(compare);
  for (let index = 0; index < codes.length; index += 1) places[codes[index] ?? 0] = first + index;
}

function codesOfPlaces(keys: SortKeys, start: number, end: number): Int32Array<ArrayBuffer> {
  const codes = new Int32Array(end - start);
  for (let index = 0; index < codes.length; index += 1) codes[index] = keys.codeAt(start + index);
  return codes;
}

interface SortKeys {
  prefixAt(place: number): number;
  codeAt(place: number): number;
}

function sortedKeys(texts: TextTable, codes: Int32Array): SortKeys {
  const keys = new BigUint64Array(codes.length);
  const words = new Uint32Array(keys.buffer);
  const from = commonLength(texts, codes);
  const { bytes } = texts.words;
  for (let number = 0; number < codes.length; number += 1) {
    const code = codes[number] ?? 0;
    const prefix = prefixOf(bytes, texts.startOf(code) + from, texts.startOf(code) + texts.lengthOf(code));
    words[2 * number + LOWER] = (prefix % LAST_BITS) * NUMBERS + number;
    words[2 * number + 1 - LOWER] = prefix / LAST_BITS;
  }
  keys.sort();
  return {
    prefixAt: (place) =>
      (words[2 * place + 1 - LOWER] ?? 0) * LAST_BITS + ((words[2 * place + LOWER] ?? 0) >>> NUMBER_BITS),
    codeAt: (place) => codes[(words[2 * place + LOWER] ?? 0) % NUMBERS] ?? 0,
  };
}

/** How many bytes all texts begin with, as telephone numbers of one country do. */
function commonLength(texts: TextTable, codes: Int32Array): number {
  const { bytes } = texts.words;
  const [first = 0] = codes;
  const firstStart = texts.startOf(first);
  let length = codes.length === 0 ? 0 : texts.lengthOf(first);
  for (let number = 1; number < codes.length && length > 0; number += 1) {
    const code = codes[number] ?? 0;
    const start = texts.startOf(code);
    length = Math.min(length, texts.lengthOf(code));
    let same = 0;
    while (same < length && bytes[start + same] === bytes[firstStart + same]) same += 1;
    length = same;
  }
  return length;
}

/** A number that orders texts by six characters, which begin at byte `start` of the text that ends at `end`. */
function prefixOf(bytes: Uint8Array, start: number, end: number): number {
  let prefix = 0;
  let isBeyond = false;
  for (let at = start; at < start + PREFIX_LENGTH; at += 1) {
    const unit = at < end ? (bytes[at] ?? 0) : 0;
    isBeyond ||= unit >= GREATEST_UNIT;
    prefix = prefix * (GREATEST_UNIT + 1) + (isBeyond ? GREATEST_UNIT : unit);
  }
  return prefix;
}
