import type { EventColumns } from '@antenna/archive-format';

/** The memory of columns, each of which is one whole buffer: what a thread gives away with them. */
export function buffersOf(rows: EventColumns): ArrayBuffer[] {
  const columns = [rows.offset, rows.eventTimeMs, rows.bytes, rows.id.codes, rows.antennaId.codes, rows.app.codes];
  return columns.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}

/** Gives memory back at once, where the garbage collector would let some 60 MB pile up. Its columns are empty then. */
export function release(buffers: readonly ArrayBufferLike[]): void {
  for (const buffer of buffers) if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
