import type { ByteWords } from '../texts/byte-words.ts';
import type { TextTable } from '../texts/text-table.ts';
import type { ValueSpans } from './value-spans.ts';

/** A table of fewer texts fits the processor's cache, or nearly so: prefetching would gain nothing. */
const FEWEST_TEXTS = 2 ** 16;

const NONE = new Int32Array();

/** The place of the id in the last record, relative to the start of the record. It is nearly always the same in the next ones. */
interface IdPlace {
  readonly idOffset: number;
  readonly idLength: number;
}

/**
 * Software prefetching for the ids of the next records. To look up one of a million ids takes three cache misses, each of which
 * has to end before the next address is known. The look-ups of different records are independent, so that the processor
 * overlaps their cache misses if they are made in one loop (docs/performance-profile.md).
 */
export class Prefetcher {
  #codes = new Int32Array();

  /** @returns the codes that these records' ids probably have. */
  prefetch(texts: TextTable, words: ByteWords, values: ValueSpans, { idOffset, idLength }: IdPlace): Int32Array {
    const { count, starts, lengths } = values;
    if (texts.length < FEWEST_TEXTS) return NONE;
    if (this.#codes.length < count) this.#codes = new Int32Array(count);
    const hashes = this.#codes;
    let found = 0;
    for (let index = 0; index < count; index += 1) {
      if ((lengths[index] ?? 0) < idOffset + idLength) continue;
      const start = (starts[index] ?? 0) + idOffset;
      hashes[found++] = words.hashOf(start, start + idLength);
    }
    return texts.firstCodes(hashes.subarray(0, found));
  }
}
