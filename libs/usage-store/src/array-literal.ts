/**
 * Postgres array literals for short arrays: positions, paths and dead letters. The totals are sent in binary form
 * (binary-array.ts). The literals are parameters and never become part of a statement.
 */
export function arrayOfNumbers(values: readonly (bigint | number | undefined)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/** Quotes and escapes the elements: any text without NUL is allowed. */
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
