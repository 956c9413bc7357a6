/**
 * Memory of responses that can be given back. The garbage collector sees a few hundred bytes of a response of megabytes:
 * left to it, the responses of a drain either pile up or make it mark the whole heap several times a second
 * (docs/performance-profile.md).
 */
const memories = new WeakSet<ArrayBufferLike>();

/** Memory that was given back, for the next responses: the system has to fill each new page of memory with zeros. */
const spare: ArrayBuffer[] = [];

/** One response is read while the next one is received. */
const MAX_SPARE = 2;

/** Responses up to this size share memory with other small buffers, and are left to the garbage collector. */
const SMALL_BYTES = 4096;

/** Memory has a multiple of this size, so that it fits responses of about the same size. */
const STEP_BYTES = 2 ** 18;

/** Memory for a response, not filled. */
export function responseMemory(bytes: number): Buffer {
  if (bytes <= SMALL_BYTES) return Buffer.allocUnsafe(bytes);
  const memory = spareMemory(bytes) ?? Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES).buffer;
  memories.add(memory);
  return Buffer.from(memory, 0, bytes);
}

/** Spare memory of this size, at most twice as large. */
function spareMemory(bytes: number): ArrayBuffer | undefined {
  const index = spare.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes);
  return index < 0 ? undefined : spare.splice(index, 1)[0];
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
  if (!(buffer instanceof ArrayBuffer) || !memories.delete(buffer)) return;
  // Moves the memory to a new object, so that the views are empty also when the memory is used again.
  spare.push(buffer.transfer());
  if (spare.length > MAX_SPARE) spare.shift()?.transfer(0);
}
