/**
 * Postgres array literals, for the few elements of positions, paths and dead letters; totals go in binary
 * (binary-array.ts). They are still parameters: nothing here becomes part of a statement.
 */
export function arrayOfNumbers(values: readonly (bigint | number | undefined)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/** @throws nothing: any text without NUL is an element. */
export function arrayOfTexts(values: readonly (string | undefined)[]): string {
  return `{${values.map((value) => (value === undefined ? 'NULL' : quoted(value))).join(',')}}`;
}

export function arrayOfBytes(values: readonly (Uint8Array | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : `"\\\\x${Buffer.from(value).toString('hex')}"`)).join(',')}}`;
}

function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? `"${text.replace(TO_ESCAPE, String.raw`\$&`)}"` : `"${text}"`;
}

const NEEDS_ESCAPE = /["\\]/;
const TO_ESCAPE = /["\\]/g;
