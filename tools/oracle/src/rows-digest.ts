import { hash } from 'node:crypto';
import { requireEqualRows } from './check.ts';
import type { KeyedRow } from './compare-rows.ts';
import { secondsText } from './table-rows.ts';

/**
 * What is compared of all rows of one time and one type where there are too many to compare row by row. None of it
 * depends on the order of the rows.
 */
export interface RowsDigest {
  /** Start of the window or hour, milliseconds since 1970. */
  readonly timestampMs: number;
  readonly type: string;
  readonly rows: number;
  /** Of the values. */
  readonly sum: bigint;
  /** The sum over all rows of the first 15 hexadecimal digits of the MD5 of `id value`: 60 bits each. */
  readonly checksum: bigint;
}

const DIGITS = 15;

/** Adds up the digest of the rows of one time and one type. */
export class DigestOfRows {
  #rows = 0;
  #sum = 0n;
  #checksum = 0n;

  add(id: string, value: number): void {
    this.#rows += 1;
    this.#sum += BigInt(value);
    this.#checksum += BigInt(`0x${hash('md5', `${id} ${value}`).slice(0, DIGITS)}`);
  }

  /** The digest of the rows that were added. */
  of(timestampMs: number, type: string): RowsDigest {
    return { timestampMs, type, rows: this.#rows, sum: this.#sum, checksum: this.#checksum };
  }
}

/** @throws {NotProvenError} naming time, type and what differs; also when nothing is stored. */
export function requireEqualDigests(
  title: string,
  expected: readonly RowsDigest[],
  actual: readonly RowsDigest[],
): void {
  requireEqualRows(title, keyedDigests(expected), keyedDigests(actual));
}

function keyedDigests(digests: readonly RowsDigest[]): KeyedRow<bigint>[] {
  return digests.flatMap(({ timestampMs, type, rows, sum, checksum }): KeyedRow<bigint>[] => {
    const key = `${secondsText(timestampMs)} ${type}`;
    return [
      [`${key} rows`, BigInt(rows)],
      [`${key} sum`, sum],
      [`${key} checksum`, checksum],
    ];
  });
}
