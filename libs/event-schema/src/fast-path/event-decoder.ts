import { ByteWords } from '../texts/byte-words.ts';
import { decode } from '../decode.ts';
import type { Rejection } from '../decoded.ts';
import { EventInterners, InternedEvent } from './interned-event.ts';
import { isEventTime } from '../event-time.ts';
import { FastPathParser } from './fast-path-parser.ts';
import { Prefetcher } from './prefetcher.ts';
import type { ValueSpans } from './value-spans.ts';

/** The event is valid until the next record is decoded. */
export type DecodedInterned = { readonly ok: true; readonly event: InternedEvent } | Rejection;

/**
 * Decodes records one after the other, with exactly the results of `decode`. Records in the usual form take a fast
 * path, which is several times as fast and allocates no object (docs/performance-profile.md). The state between records
 * is bounded and does not affect results.
 */
export class EventDecoder {
  readonly #interners = new EventInterners();
  readonly #prefetcher = new Prefetcher();
  readonly #parser = new FastPathParser(this.#interners, this.#prefetcher);
  /** Of the previous record's buffer. The next record nearly always lies in the same buffer. */
  #words: ByteWords = new ByteWords(new Uint8Array());
  readonly #fastPathResult = { ok: true, event: this.#parser.event } as const;

  /**
   * @param bytes the record's value is the range [start, end), by default all bytes; null is a tombstone.
   * @param recordTimestampMs the record's own timestamp, milliseconds since 1970; below 0 when it has none.
   */
  decode(bytes: Uint8Array | null, recordTimestampMs: number, start = 0, end = bytes?.length ?? 0): DecodedInterned {
    if (bytes !== null && this.takesFastPath(bytes, recordTimestampMs, start, end)) return this.#fastPathResult;
    const decoded = decode(bytes?.subarray(start, end) ?? null, recordTimestampMs);
    return decoded.ok ? { ok: true, event: this.#interners.intern(decoded.event) } : decoded;
  }

  /** Whether a record is a valid event in the usual form. `decode` handles all other records. */
  takesFastPath(bytes: Uint8Array, recordTimestampMs: number, start = 0, end = bytes.length): boolean {
    const parser = this.#parser;
    const isUsual = parser.parse(this.#wordsOf(bytes), start, end);
    return isUsual && isEventTime(parser.event.eventTimeMs, recordTimestampMs);
  }

  /**
   * Looks up the ids of these records, which `decode` gets next, before it needs them. No result depends on it, if their
   * bytes do not change in between.
   * @returns the codes that these ids probably have, valid until the next call; the caller may overwrite them.
   */
  prefetch(values: ValueSpans): Int32Array {
    const { idOffset, idLength } = this.#parser;
    const { texts } = this.#interners.id;
    return this.#prefetcher.prefetch(texts, this.#wordsOf(values.bytes), values, { idOffset, idLength });
  }

  /**
   * Lets each interner that is nearly full start over with an empty table. Called when new totals begin, so that they need no
   * texts of two tables.
   */
  renewInterners(): void {
    this.#interners.renew();
    // Otherwise it would keep a former table of users.
    this.#prefetcher.forget();
  }

  #wordsOf(bytes: Uint8Array): ByteWords {
    if (bytes !== this.#words.bytes) this.#words = new ByteWords(bytes);
    return this.#words;
  }
}
