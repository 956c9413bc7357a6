const MS_PER_MINUTE = 60_000;

const COLON = 0x3a;
const DASH = 0x2d;
const DOT = 0x2e;
const PLUS = 0x2b;
const T = 0x54;
const Z = 0x5a;

/**
 * Parses the usual forms of an ISO 8601 instant from bytes. Remembers the last date, since successive events share it.
 */
export class InstantParser {
  #date = 0;
  #dateStartMs = 0;

  /**
   * Parses `YYYY-MM-DDTHH:mm:ss`, optionally with `.SSS` or more digits and with `Z` or `±HH:mm`, from bytes[start,
   * end).
   * @returns milliseconds since 1970, which may be negative; NaN for any other text, even if it is a valid instant.
   */
  parse(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < 19 || bytes[start + 10] !== T) return NaN;
    const dateMs = this.#startOfDateMs(bytes, start);
    const timeMs = timeOfDayMs(bytes, start + 11);
    let at = start + 19;
    let fractionMs = 0;
    if (bytes[at] === DOT) {
      // Fewer than three digits are rare; `decode` handles them.
      fractionMs = digits(bytes, at + 1, 3);
      at += 4;
      while (at < end && isDigit(bytes[at])) at += 1;
    }
    return dateMs + timeMs + fractionMs - offsetMs(bytes, at, end);
  }

  #startOfDateMs(bytes: Uint8Array, at: number): number {
    if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return NaN;
    const year = digits(bytes, at, 4);
    const month = digits(bytes, at + 5, 2);
    const day = digits(bytes, at + 8, 2);
    const date = (year * 100 + month) * 100 + day;
    if (date === this.#date) return this.#dateStartMs;
    const startMs = Date.UTC(year, month - 1, day);
    // Date.UTC moves a day that the month does not have into the next month, and years below 100 to 19xx.
    const back = new Date(startMs);
    if (year < 1970 || back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) return NaN;
    this.#date = date;
    this.#dateStartMs = startMs;
    return startMs;
  }
}

function timeOfDayMs(bytes: Uint8Array, at: number): number {
  if (bytes[at + 2] !== COLON || bytes[at + 5] !== COLON) return NaN;
  const hour = digits(bytes, at, 2);
  const minute = digits(bytes, at + 3, 2);
  const second = digits(bytes, at + 6, 2);
  if (hour > 23 || minute > 59 || second > 59) return NaN;
  return ((hour * 60 + minute) * 60 + second) * 1000;
}

/** @returns the offset from UTC in milliseconds, 0 when there is none; NaN when it is not in the usual form. */
function offsetMs(bytes: Uint8Array, at: number, end: number): number {
  if (at === end) return 0;
  const sign = bytes[at];
  if (sign === Z) return at + 1 === end ? 0 : NaN;
  if ((sign !== PLUS && sign !== DASH) || at + 6 !== end || bytes[at + 3] !== COLON) return NaN;
  const hours = digits(bytes, at + 1, 2);
  const minutes = digits(bytes, at + 4, 2);
  if (hours > 23 || minutes > 59) return NaN;
  const ms = (hours * 60 + minutes) * MS_PER_MINUTE;
  return sign === PLUS ? ms : -ms;
}

/** @returns NaN when a byte is not a digit. */
function digits(bytes: Uint8Array, at: number, count: number): number {
  let number = 0;
  for (let index = at; index < at + count; index += 1) {
    const byte = bytes[index];
    if (!isDigit(byte)) return NaN;
    number = number * 10 + byte - 48;
  }
  return number;
}

function isDigit(byte: number | undefined): byte is number {
  return byte !== undefined && byte >= 48 && byte <= 57;
}
