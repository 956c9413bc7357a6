import type { ByteWords } from '../texts/byte-words.ts';
import type { TextTable } from '../texts/text-table.ts';
import type { ValueSpans } from './value-spans.ts';

/** A table of fewer texts fits the processor's cache: prefetching would gain nothing. */
const FEWEST_TEXTS = 2 ** 12;

const NONE = new Int32Array();

/** The place of the id in the last record, relative to the start of the record. It is nearly always the same in the next ones. */
interface IdPlace {
  readonly idOffset: number;
  readonly idLength: number;
}

/**
 * Software prefetching for the ids of the next records. To look up one of many ids takes three cache misses, each of which
 * has to end before the next address is known. The look-ups of different records are independent, so that the processor
 * overlaps their cache misses if they are made in one loop (docs/performance-profile.md).
 */
export class Prefetcher {
  /** Of each prefetched id: where it begins in the bytes, and the code of the text that has its hash, or -1. */
  #starts = new Int32Array();
  #codes = new Int32Array();
  /** The codes for the caller, who may overwrite them. */
  #copies = new Int32Array();
  #count = 0;
  /** Index of the first prefetched id whose code was not asked for yet. */
  #next = 0;
  #idLength = 0;
  #texts: TextTable | undefined;
  #words: ByteWords | undefined;

  /**
   * @param values whose bytes may not change until they are decoded.
   * @returns the codes that these records' ids probably have; the caller may overwrite them.
   */
  prefetch(texts: TextTable, words: ByteWords, values: ValueSpans, { idOffset, idLength }: IdPlace): Int32Array {
    this.forget();
    if (texts.length < FEWEST_TEXTS) return NONE;
    const { count, starts, lengths } = values;
    if (this.#codes.length < count) this.#makeRoom(count);
    const [idStarts, hashes] = [this.#starts, this.#codes];
    let found = 0;
    for (let index = 0; index < count; index += 1) {
      if ((lengths[index] ?? 0) < idOffset + idLength) continue;
      const start = (starts[index] ?? 0) + idOffset;
      idStarts[found] = start;
      hashes[found] = words.hashOf(start, start + idLength);
      found += 1;
    }
    texts.firstCodes(hashes, found);
    [this.#texts, this.#words, this.#idLength, this.#count, this.#next] = [texts, words, idLength, found, 0];
    const copies = this.#copies.subarray(0, found);
    copies.set(hashes.subarray(0, found));
    return copies;
  }

  /**
   * The code of the id in bytes [start, end), if it was prefetched and the table has it; otherwise -1. The ids of prefetched
   * records are asked for in their order.
   */
  codeOf(texts: TextTable, words: ByteWords, start: number, end: number): number {
    if (words !== this.#words || texts !== this.#texts || end - start !== this.#idLength) return -1;
    const starts = this.#starts;
    let next = this.#next;
    while (next < this.#count && (starts[next] ?? 0) < start) next += 1;
    this.#next = next;
    if (next === this.#count || starts[next] !== start) return -1;
    const code = this.#codes[next] ?? -1;
    return code >= 0 && texts.isText(code, words, start, end) ? code : -1;
  }

  /** Drops the prefetched codes, and the references to the table of texts and to the records, so that their memory can be freed. */
  forget(): void {
    [this.#texts, this.#words, this.#count] = [undefined, undefined, 0];
  }

  #makeRoom(count: number): void {
    this.#starts = new Int32Array(count);
    this.#codes = new Int32Array(count);
    this.#copies = new Int32Array(count);
  }
}
