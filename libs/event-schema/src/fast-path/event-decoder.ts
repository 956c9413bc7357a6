import { ByteWords } from './byte-words.ts';
import { decode } from '../decode.ts';
import type { Rejection } from '../decoded.ts';
import { EventInterners, InternedEvent } from './interned-event.ts';
import { isEventTime } from '../event-time.ts';
import { FastPathParser } from './fast-path-parser.ts';

/** The event is good until the next record is decoded. */
export type DecodedInterned = { readonly ok: true; readonly event: InternedEvent } | Rejection;

/**
 * Decodes records one after the other, each to the very same as `decode` does, several times as fast where they are
 * written as nearly all are (docs/performance-profile.md), and without making anything. What it keeps between records is
 * bounded and changes no result.
 */
export class EventDecoder {
  readonly #pools = new EventInterners();
  readonly #record = new FastPathParser(this.#pools);
  /** Of the buffer that the record before lay in: so does the next one, nearly always. */
  #words = new ByteWords(new Uint8Array());
  readonly #ordinary = { ok: true, event: this.#record.event } as const;

  /**
   * @param bytes the record's value is [start, end) of them, all of them unless told; null is a tombstone.
   * @param recordTimestampMs as `decode` takes it.
   */
  decode(bytes: Uint8Array | null, recordTimestampMs: number, start = 0, end = bytes?.length ?? 0): DecodedInterned {
    if (bytes !== null && this.takesFastPath(bytes, recordTimestampMs, start, end)) return this.#ordinary;
    const decoded = decode(bytes?.subarray(start, end) ?? null, recordTimestampMs);
    return decoded.ok ? { ok: true, event: this.#pools.intern(decoded.event) } : decoded;
  }

  /** Whether a record is written as nearly all are, and an event; whatever is not is left to `decode`. */
  takesFastPath(bytes: Uint8Array, recordTimestampMs: number, start = 0, end = bytes.length): boolean {
    const record = this.#record;
    if (bytes !== this.#words.bytes) this.#words = new ByteWords(bytes);
    return record.parse(this.#words, start, end) && isEventTime(record.event.eventTimeMs, recordTimestampMs);
  }
}
