import { setPriority } from 'node:os';
import type { EventColumns } from '@antenna/archive-format';

/** Nice value at which a thread gets about a tenth of the CPU time of one with nice value 0 when CPU is scarce. */
export const BACKGROUND_PRIORITY = 10;

/**
 * From now on all other threads of the machine have precedence: a file may wait, a commit may not. On Linux, 0 is the
 * calling thread (setpriority(2)). Elsewhere it is the whole process, whose priority stays unchanged.
 */
export function giveWay(): void {
  if (process.platform === 'linux') setPriority(0, BACKGROUND_PRIORITY);
}

/** The buffers of columns, each a whole buffer, which a thread transfers with them. */
export function buffersOf(rows: EventColumns): ArrayBuffer[] {
  const texts = [rows.id, rows.antennaId, rows.app].flatMap(({ values, codes }) => [
    values.bytes,
    values.starts,
    codes,
  ]);
  return [rows.offset, rows.eventTimeMs, rows.bytes, ...texts]
    .map(({ buffer }) => buffer)
    .filter((buffer) => buffer instanceof ArrayBuffer);
}

/** Frees buffers at once; the garbage collector would let some 60 MB accumulate. Their columns are empty afterwards. */
export function release(buffers: readonly ArrayBufferLike[]): void {
  for (const buffer of buffers) if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
