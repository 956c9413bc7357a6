import type { EventColumns } from '@antenna/archive-format';

/** The buffers of columns, each a whole buffer, which a thread transfers with them. */
export function buffersOf(rows: EventColumns): ArrayBuffer[] {
  const columns = [rows.offset, rows.eventTimeMs, rows.bytes, rows.id.codes, rows.antennaId.codes, rows.app.codes];
  return columns.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}

/** Frees buffers at once; the garbage collector would let some 60 MB accumulate. Their columns are empty afterwards. */
export function release(buffers: readonly ArrayBufferLike[]): void {
  for (const buffer of buffers) if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
