import { MAX_EVENT_BYTES } from './limits.ts';
import { ordinaryInstantMs } from './ordinary-time.ts';
import { HASH_SEED, hashStep, TextPool } from './text-pool.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** Numbers of so many digits are exact as doubles. */
const MAX_DIGITS = 15;

/** A name with its closing quotation mark, and a bit of its own. */
function field(name: string, bit: number) {
  return { name: new TextEncoder().encode(`${name}"`), bit };
}

const TIMESTAMP = field('timestamp', 1);
const ID = field('id', 2);
const ANTENNA_ID = field('antenna_id', 4);
const BYTES = field('bytes', 8);
const APP = field('app', 16);
const ALL = 31;

/**
 * Reads a record's five fields straight from its bytes, if it is written as nearly all are: one object with these
 * fields once each and no others, texts without escapes, numbers as plain digits. Of any other record it says nothing.
 * Holds the fields of the record that was read last.
 */
export class OrdinaryRecord {
  /** The number that the record holds, or what its text stands for as milliseconds. */
  timestamp = 0;
  isInstant = false;
  id = '';
  antennaId = '';
  bytes = 0;
  app = '';
  readonly #ids = new TextPool();
  readonly #antennaIds = new TextPool();
  readonly #apps = new TextPool();
  #value: Uint8Array = new Uint8Array();
  #at = 0;

  /** Whether the record is ordinary; only then the fields are its own. */
  read(value: Uint8Array): boolean {
    this.#value = value;
    this.#at = 0;
    if (!this.#passes(OPEN)) return false;
    let seen = 0;
    do {
      const bit = this.#member();
      if (bit === 0 || (seen & bit) !== 0) return false;
      seen |= bit;
    } while (this.#passes(COMMA));
    return seen === ALL && this.#passes(CLOSE) && this.#isAtEnd();
  }

  /** @returns the bit of the field that was read, or 0. */
  #member(): number {
    if (!this.#passes(QUOTE)) return 0;
    const { name, bit } = fieldOf(this.#value[this.#at], this.#value[this.#at + 1]);
    for (const byte of name) if (this.#value[this.#at++] !== byte) return 0;
    if (!this.#passes(COLON)) return 0;
    this.#skipSpaces();
    return this.#reads(bit) ? bit : 0;
  }

  #reads(bit: number): boolean {
    switch (bit) {
      case TIMESTAMP.bit:
        return this.#value[this.#at] === QUOTE ? this.#readInstant() : this.#readEpoch();
      case BYTES.bit:
        this.bytes = this.#digits();
        return this.bytes <= MAX_EVENT_BYTES;
      default:
        return this.#readText(bit);
    }
  }

  #readText(bit: number): boolean {
    const pool = bit === ID.bit ? this.#ids : bit === ANTENNA_ID.bit ? this.#antennaIds : this.#apps;
    const text = this.#text(pool);
    if (text === undefined) return false;
    if (bit === ID.bit) this.id = text;
    else if (bit === ANTENNA_ID.bit) this.antennaId = text;
    else this.app = text;
    return true;
  }

  #text(pool: TextPool): string | undefined {
    const value = this.#value;
    if (value[this.#at] !== QUOTE) return undefined;
    const start = this.#at + 1;
    let hash = HASH_SEED;
    for (let at = start; at < value.length; at += 1) {
      const byte = value[at] ?? 0;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return pool.textOf(value, start, at, hash);
      }
      if (byte === BACKSLASH || byte < SPACE) return undefined;
      hash = hashStep(hash, byte);
    }
    return undefined;
  }

  #readEpoch(): boolean {
    this.timestamp = this.#digits();
    this.isInstant = false;
    return this.timestamp >= 0;
  }

  #readInstant(): boolean {
    const start = this.#at + 1;
    const end = this.#value.indexOf(QUOTE, start);
    this.timestamp = ordinaryInstantMs(this.#value, start, end);
    this.isInstant = true;
    this.#at = end + 1;
    return this.timestamp >= 0;
  }

  /** @returns NaN for anything but a few digits without a leading zero. What follows them is looked at next. */
  #digits(): number {
    const value = this.#value;
    const start = this.#at;
    let at = start;
    let number = 0;
    for (let byte = value[at] ?? 0; byte >= ZERO && byte <= NINE; byte = value[++at] ?? 0) {
      number = number * 10 + byte - ZERO;
    }
    this.#at = at;
    const length = at - start;
    const isPlain = length === 1 || (length > 1 && length <= MAX_DIGITS && value[start] !== ZERO);
    return isPlain ? number : NaN;
  }

  /** Passes spaces and this character, if it is next. */
  #passes(character: number): boolean {
    if (this.#value[this.#at] !== character) {
      this.#skipSpaces();
      if (this.#value[this.#at] !== character) return false;
    }
    this.#at += 1;
    return true;
  }

  #skipSpaces(): void {
    while (this.#value[this.#at] === SPACE) this.#at += 1;
  }

  #isAtEnd(): boolean {
    this.#skipSpaces();
    return this.#at === this.#value.length;
  }
}

/** The field that a name can only be when it begins so. */
function fieldOf(first = 0, second = 0) {
  switch (first) {
    case 0x74:
      return TIMESTAMP;
    case 0x69:
      return ID;
    case 0x62:
      return BYTES;
    default:
      return second === 0x6e ? ANTENNA_ID : APP;
  }
}
