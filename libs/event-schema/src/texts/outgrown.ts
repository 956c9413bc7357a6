/** Smaller arrays are left to the garbage collector; the smallest lie in the JavaScript heap itself. */
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
