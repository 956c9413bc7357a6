import type { SumRows } from '@antenna/aggregation';
import { ByteWords, type TextTable } from '@antenna/event-schema';

/**
 * Postgres arrays in the binary format (array_recv in src/backend/utils/adt/arrayfuncs.c); the driver sends a buffer as
 * a binary parameter. A commit has hundreds of thousands of elements, which in text form would be written, copied and
 * parsed digit by digit.
 *
 * The format is: number of dimensions, flag for nulls, type of the elements; length and lower bound of the one
 * dimension; then each element as its length in bytes and its bytes. Numbers are big-endian.
 */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const BIGINT = { oid: 20, bytes: 8 };
const TEXT = { oid: 25 };

const BIGINT_STRIDE = LENGTH_BYTES + BIGINT.bytes;

/** A Postgres array in the binary format. */
type ServerArray = Buffer<ArrayBuffer>;

/** `count` equal elements in a row. */
export interface Run<T> {
  readonly value: T;
  readonly count: number;
}

export function bigintArrayOfSums({ length, words }: SumRows): ServerArray {
  const { buffer, view } = emptyBigintArray(length);
  for (let row = 0, at = HEADER_BYTES; row < length; row += 1, at += BIGINT_STRIDE) {
    view.setInt32(at, BIGINT.bytes);
    view.setInt32(at + 4, words[2 * row] ?? 0);
    view.setInt32(at + 8, words[2 * row + 1] ?? 0);
  }
  return buffer;
}

/** @param values whole numbers that a double holds exactly. */
export function bigintArray(values: Float64Array): ServerArray {
  const { buffer, view } = emptyBigintArray(values.length);
  for (let row = 0, at = HEADER_BYTES; row < values.length; row += 1, at += BIGINT_STRIDE) {
    writeBigint(view, at, values[row] ?? 0);
  }
  return buffer;
}

/** @param runs whole numbers that a double holds exactly. */
export function bigintArrayOfRuns(runs: readonly Run<number>[]): ServerArray {
  const { buffer } = emptyBigintArray(sum(runs, ({ count }) => count));
  const element = Buffer.alloc(BIGINT_STRIDE);
  let at = HEADER_BYTES;
  for (const { value, count } of runs) {
    if (count === 0) continue;
    writeBigint(viewOf(element), 0, value);
    const end = at + count * BIGINT_STRIDE;
    buffer.fill(element, at, end);
    at = end;
  }
  return buffer;
}

export function textArrayOfRuns(runs: readonly Run<string>[]): ServerArray {
  const elements = runs.map(({ value, count }) => ({ bytes: textElement(value), count }));
  const size = sum(elements, ({ bytes, count }) => bytes.length * count);
  const buffer = emptyArray(
    TEXT.oid,
    sum(runs, ({ count }) => count),
    size,
  );
  let at = HEADER_BYTES;
  for (const { bytes, count } of elements) {
    if (count === 0) continue;
    const end = at + count * bytes.length;
    buffer.fill(bytes, at, end);
    at = end;
  }
  return buffer;
}

function textElement(text: string): Buffer {
  const element = Buffer.alloc(LENGTH_BYTES + Buffer.byteLength(text));
  element.writeInt32BE(element.write(text, LENGTH_BYTES));
  return element;
}

/** The rows `first` to `end - 1`, whose texts are those at `codes[row]`. */
export interface TextsOfRows {
  readonly texts: TextTable;
  readonly first: number;
  readonly end: number;
}

export function textArray(codes: Int32Array, parts: readonly TextsOfRows[]): ServerArray {
  const size = sum(parts, (part) => sizeOf(codes, part));
  const buffer = emptyArray(TEXT.oid, codes.length, size);
  let at = HEADER_BYTES;
  for (const part of parts) at = copyTexts(codes, part, buffer, at);
  return buffer;
}

/**
 * Frees the memory of large arrays at once, which must have been sent to Postgres. The garbage collector does not count the
 * megabytes outside of its heap, and would collect the arrays of several commits only later.
 */
export function freeArrays(arrays: readonly ServerArray[]): void {
  // Node cuts smaller buffers from a common pool of this size, which other buffers still use.
  for (const array of arrays) if (array.length >= Buffer.poolSize) array.buffer.transfer(0);
}

function sizeOf(codes: Int32Array, { texts, first, end }: TextsOfRows): number {
  let size = (end - first) * LENGTH_BYTES;
  for (let row = first; row < end; row += 1) {
    const code = codes[row] ?? 0;
    size += texts.lengthOf(code);
  }
  return size;
}

function copyTexts(codes: Int32Array, { texts, first, end }: TextsOfRows, buffer: Buffer, from: number): number {
  const [view, target, source] = [viewOf(buffer), new ByteWords(buffer), texts.words];
  let at = from;
  for (let row = first; row < end; row += 1) {
    const code = codes[row] ?? 0;
    const [start, length] = [texts.startOf(code), texts.lengthOf(code)];
    view.setInt32(at, length);
    at += LENGTH_BYTES;
    source.copyTo(target, start, start + length, at);
    at += length;
  }
  return at;
}

function emptyBigintArray(length: number): { readonly buffer: ServerArray; readonly view: DataView } {
  const buffer = emptyArray(BIGINT.oid, length, length * BIGINT_STRIDE);
  return { buffer, view: viewOf(buffer) };
}

/** An array with space for its elements; one without elements has no dimension. */
function emptyArray(elementType: number, length: number, size: number): ServerArray {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + size);
  const header = [length === 0 ? 0 : 1, 0, elementType, length, 1];
  for (const [index, word] of header.entries()) buffer.writeInt32BE(word, index * 4);
  return length === 0 ? buffer.subarray(0, 12) : buffer;
}

function writeBigint(view: DataView, at: number, value: number): void {
  view.setInt32(at, BIGINT.bytes);
  view.setInt32(at + 4, Math.floor(value / 2 ** 32));
  // setInt32 keeps the lower 32 bits of the number.
  view.setInt32(at + 8, value);
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function sum<T>(items: readonly T[], sizeOfItem: (item: T) => number): number {
  return items.reduce((total, item) => total + sizeOfItem(item), 0);
}

/**
 * Postgres array literals for short arrays: positions, paths and dead letters. Only the totals need the binary form. The
 * literals are parameters and never become part of a statement.
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
