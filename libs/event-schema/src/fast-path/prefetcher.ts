import type { ByteWords } from '../texts/byte-words.ts';
import type { TextTable } from '../texts/text-table.ts';
import type { ValueSpans } from './value-spans.ts';

/** Tables of fewer texts lie in the processor's cache, or nearly so: then there is nothing to gain. */
const FEWEST_TEXTS = 2 ** 16;

const NONE = new Int32Array();

/** Where the id of the last record was, relative to the start of the record. The next records nearly always have theirs there. */
interface IdPlace {
  readonly idOffset: number;
  readonly idLength: number;
}

/**
 * Looks up the ids of the next records before their turn. A look-up among a million ids waits for three places in memory, one
 * after the other. The look-ups of many records do not depend on each other, so that the processor waits for many at a time
 * (docs/performance-profile.md).
 */
export class Prefetcher {
  #codes = new Int32Array();

  /** @returns the codes of the texts that a search would compare first. */
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
