/**
 * Memory of responses that can be given back. The garbage collector sees a few hundred bytes of a response of megabytes:
 * left to it, the responses of a drain either pile up or make it mark the whole heap several times a second
 * (docs/performance-profile.md).
 */
const memories = new WeakSet<ArrayBufferLike>();

/** Responses up to this size share memory with other small buffers, and are left to the garbage collector. */
const SMALL_BYTES = 4096;

/** Memory for a response, not filled. */
export function responseMemory(bytes: number): Buffer {
  if (bytes <= SMALL_BYTES) return Buffer.allocUnsafe(bytes);
  const memory = Buffer.allocUnsafeSlow(bytes);
  memories.add(memory.buffer);
  return memory;
}

/** The same bytes in larger memory, not filled behind them; `response` cannot be used any more. */
export function enlarged(response: Buffer, bytes: number): Buffer {
  const larger = responseMemory(bytes);
  response.copy(larger);
  freeResponse(response);
  return larger;
}

/**
 * Frees the memory of a whole response at once, if it is `responseMemory`. Nobody may read the response any more, nor
 * another thread unpack a part of it: every view of it is empty from now on, and a `DataView` of it throws.
 *
 * @param part of the response.
 */
export function freeResponse({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer && memories.delete(buffer)) buffer.transfer(0);
}
