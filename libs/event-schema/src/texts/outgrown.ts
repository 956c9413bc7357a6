/** Arrays of up to so many bytes are left to the garbage collector. V8 keeps the smallest of them in its own heap. */
const LEAST_FREED_BYTES = 4_096;

/**
 * Frees a large array that nobody uses any more at once. The garbage collector does not see how large it is, and would let
 * many of them pile up.
 */
export function freeIfLarge(
  outgrown: Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
): void {
  if (outgrown.byteLength > LEAST_FREED_BYTES) outgrown.buffer.transfer(0);
}
