/** Characters of JSON that ordinary records are made of. */
export const QUOTE = 0x22;
export const COLON = 0x3a;
export const COMMA = 0x2c;
export const OPEN = 0x7b;
export const CLOSE = 0x7d;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** Numbers of so many digits are exact as doubles. */
const MAX_DIGITS = 15;

/** Whether bytes are written in a JSON text as they are: no quotation mark, backslash or control character. */
export function isUnescaped(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte !== QUOTE && byte !== BACKSLASH && byte >= SPACE);
}

/** @returns where a text that begins here, after its quotation mark, ends; -1 when there is an escape or no end. */
export function endOfText(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH || byte < SPACE) return -1;
  }
  return -1;
}

/** @returns where a few digits that begin here, without a leading zero, end; -1 when there are none. */
export function endOfDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let byte = bytes[at] ?? 0; at < end && byte >= ZERO && byte <= NINE; byte = bytes[at] ?? 0) at += 1;
  const length = at - start;
  const isPlain = length === 1 || (length > 1 && length <= MAX_DIGITS && bytes[start] !== ZERO);
  return isPlain ? at : -1;
}

/** The number that digits stand for. */
export function numberOfDigits(bytes: Uint8Array, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at += 1) number = number * 10 + (bytes[at] ?? 0) - ZERO;
  return number;
}

/** @returns the position after spaces and this character; -1 when it is not next, or the position is -1 already. */
export function after(character: number, bytes: Uint8Array, at: number): number {
  const next = at < 0 ? at : afterSpaces(bytes, at);
  return bytes[next] === character ? next + 1 : -1;
}

export function afterSpaces(bytes: Uint8Array, at: number): number {
  let next = at;
  while (bytes[next] === SPACE) next += 1;
  return next;
}
