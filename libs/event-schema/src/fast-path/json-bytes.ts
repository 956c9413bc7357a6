/** Characters of JSON syntax in records of the usual form. */
export const QUOTE = 0x22;
export const COLON = 0x3a;
export const COMMA = 0x2c;
export const OPEN = 0x7b;
export const CLOSE = 0x7d;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const ZERO = 0x30;

/** Numbers with at most this many digits are exact as doubles. */
const MAX_DIGITS = 15;

/** Whether JSON needs no escape for these bytes: they hold no quotation mark, backslash or control character. */
export function isUnescaped(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte !== QUOTE && byte !== BACKSLASH && byte >= SPACE);
}

/** @returns the end of the text that begins at `start`, after its quotation mark; -1 if it has an escape or no end. */
export function endOfText(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH || byte < SPACE) return -1;
  }
  return -1;
}

/** Digits that stand for a whole number. */
export class Digits {
  /** The number that was read last. */
  number = 0;

  /** @returns the end of 1 to 15 digits from `start` on, without a leading zero; -1 for any other number or none. */
  read(bytes: Uint8Array, start: number, end: number): number {
    this.number = 0;
    let at = start;
    for (; at < end; at += 1) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      this.number = this.number * 10 + digit;
    }
    const length = at - start;
    const isPlain = length === 1 || (length > 1 && length <= MAX_DIGITS && bytes[start] !== ZERO);
    return isPlain ? at : -1;
  }
}

/** @returns the position after optional spaces and this character; -1 if it does not follow, or `at` is -1. */
export function after(character: number, bytes: Uint8Array, at: number): number {
  const next = at < 0 ? at : afterSpaces(bytes, at);
  return bytes[next] === character ? next + 1 : -1;
}

export function afterSpaces(bytes: Uint8Array, at: number): number {
  let next = at;
  while (bytes[next] === SPACE) next += 1;
  return next;
}
