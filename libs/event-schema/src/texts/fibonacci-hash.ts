/** 2^32 divided by the golden ratio, as a signed integer of 32 bits: its multiples are spread evenly (Knuth, TAOCP 3, 6.4). */
export const SPREAD = 0x9e3779b1 | 0;

/**
 * Fibonacci hashing: spreads integers, also consecutive ones, over a table whose size is a power of two.
 * @param key an integer of 32 bits.
 * @param bits 1 to 32: the table has 2^bits places.
 * @returns 0 to 2^bits - 1.
 */
export function fibonacciHash(key: number, bits: number): number {
  return Math.imul(key, SPREAD) >>> (32 - bits);
}
