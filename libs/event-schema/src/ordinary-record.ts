import { type EventPools, PooledEvent } from './event-pools.ts';
import { epochMs } from './event-time.ts';
import { MAX_EVENT_BYTES } from './limits.ts';
import { ordinaryInstantMs } from './ordinary-time.ts';
import { HASH_SEED, hashStep, type TextPool } from './text-pool.ts';

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
 */
export class OrdinaryRecord {
  /** What was read last. */
  readonly event: PooledEvent;
  readonly #pools: EventPools;
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  #end = 0;

  constructor(pools: EventPools) {
    this.#pools = pools;
    this.event = new PooledEvent(pools);
  }

  /** Whether the record, bytes[start, end), is ordinary; only then the event is its own. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
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
    const { name, bit } = fieldOf(this.#bytes[this.#at], this.#bytes[this.#at + 1]);
    for (let index = 0; index < name.length; index += 1) if (this.#bytes[this.#at++] !== name[index]) return 0;
    if (!this.#passes(COLON)) return 0;
    this.#skipSpaces();
    return this.#reads(bit) ? bit : 0;
  }

  #reads(bit: number): boolean {
    const { event } = this;
    switch (bit) {
      case TIMESTAMP.bit:
        event.eventTimeMs = this.#bytes[this.#at] === QUOTE ? this.#instant() : epochMs(this.#digits());
        return event.eventTimeMs >= 0;
      case BYTES.bit:
        event.bytes = this.#digits();
        return event.bytes <= MAX_EVENT_BYTES;
      case ID.bit:
        event.idNumber = this.#text(this.#pools.id);
        return event.idNumber >= 0;
      case ANTENNA_ID.bit:
        event.antennaNumber = this.#text(this.#pools.antennaId);
        return event.antennaNumber >= 0;
      default:
        event.appNumber = this.#text(this.#pools.app);
        return event.appNumber >= 0;
    }
  }

  /** @returns the text's number, or -1. */
  #text(pool: TextPool): number {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== QUOTE) return -1;
    const start = this.#at + 1;
    let hash = HASH_SEED;
    for (let at = start; at < this.#end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return pool.numberOf(bytes, start, at, hash);
      }
      if (byte === BACKSLASH || byte < SPACE) return -1;
      hash = hashStep(hash, byte);
    }
    return -1;
  }

  #instant(): number {
    const start = this.#at + 1;
    const end = this.#bytes.indexOf(QUOTE, start);
    this.#at = end + 1;
    return end < 0 ? NaN : ordinaryInstantMs(this.#bytes, start, end);
  }

  /** @returns NaN for anything but a few digits without a leading zero. What follows them is looked at next. */
  #digits(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let number = 0;
    for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[++at] ?? 0) {
      number = number * 10 + byte - ZERO;
    }
    this.#at = at;
    const length = at - start;
    const isPlain = length === 1 || (length > 1 && length <= MAX_DIGITS && bytes[start] !== ZERO);
    return isPlain ? number : NaN;
  }

  /** Passes spaces and this character, if it is next. */
  #passes(character: number): boolean {
    if (this.#bytes[this.#at] !== character) {
      this.#skipSpaces();
      if (this.#bytes[this.#at] !== character) return false;
    }
    this.#at += 1;
    return true;
  }

  #skipSpaces(): void {
    while (this.#bytes[this.#at] === SPACE) this.#at += 1;
  }

  #isAtEnd(): boolean {
    if (this.#at < this.#end) this.#skipSpaces();
    return this.#at === this.#end;
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
