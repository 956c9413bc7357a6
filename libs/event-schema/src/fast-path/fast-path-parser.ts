import type { ByteWords } from '../texts/byte-words.ts';
import { type EventInterners, InternedEvent } from './interned-event.ts';
import { epochMs } from '../event-time.ts';
import { after, afterSpaces, CLOSE, COLON, COMMA, Digits, endOfText, OPEN, QUOTE } from './json-bytes.ts';
import { MAX_EVENT_BYTES } from '../limits.ts';
import { InstantParser } from './instant-parser.ts';
import type { Prefetcher } from './prefetcher.ts';
import { RecordTemplate, type ValueSpan } from './record-template.ts';
import type { Utf8Interner } from './utf8-interner.ts';

/** Kinds of values. Kinds 0 to 2 are texts; the kind is the index of their interner, and 2 is the app. */
const ID = 0;
const ANTENNA_ID = 1;
const INSTANT = 3;
const BYTES = 4;
const EPOCH = 5;

/** Field names with their closing quotation marks, by the kind of their values; a timestamp may also be an EPOCH. */
const NAMES = ['id', 'antenna_id', 'app', 'timestamp', 'bytes'].map((name) => new TextEncoder().encode(`${name}"`));

/** Maximum number of remembered templates: as many kinds of producers may alternate without loss of speed. */
const MAX_TEMPLATES = 8;

/**
 * Parses a record's five fields directly from its bytes, if it has the usual form: one object with each of these fields
 * once and no others, texts without escapes, numbers as plain digits. It does not judge any other record.
 */
export class FastPathParser {
  /** The event that was parsed last. */
  readonly event: InternedEvent;
  /** Where the id that was parsed last began, relative to the start of its record, and its length in bytes. */
  idOffset = 0;
  idLength = 0;
  #recordStart = 0;
  readonly #interners: readonly Utf8Interner[];
  readonly #prefetcher: Prefetcher;
  /** Lengths of the texts that were parsed last, by kind: the next text nearly always has the same length. */
  readonly #lengths = new Int32Array(3);
  readonly #instants = new InstantParser();
  readonly #digits = new Digits();
  #templates: readonly RecordTemplate<number>[] = [];

  /** @param prefetcher knows the codes of ids that were prefetched. */
  constructor(interners: EventInterners, prefetcher: Prefetcher) {
    this.#prefetcher = prefetcher;
    this.#interners = [interners.id, interners.antennaId, interners.app];
    this.event = new InternedEvent(interners);
  }

  /** Whether the record in bytes [start, end) has the usual form. Only then is `event` its event. */
  parse(words: ByteWords, start: number, end: number): boolean {
    this.#recordStart = start;
    for (const template of this.#templates) if (this.#matchesTemplate(template, words, start, end)) return true;
    const values = this.#parseByBytes(words, start, end);
    if (values === undefined) return false;
    this.#templates = [new RecordTemplate(words, start, end, values), ...this.#templates].slice(0, MAX_TEMPLATES);
    return true;
  }

  /** Parses a record by the template of an earlier record. */
  #matchesTemplate(template: RecordTemplate<number>, words: ByteWords, start: number, end: number): boolean {
    const { kinds } = template;
    let at = start;
    for (let index = 0; index < kinds.length; index += 1) {
      at = template.endOfPiece(index, words, at, end);
      if (at >= 0) at = this.#readValue(kinds[index] ?? EPOCH, words, at, end);
      if (at < 0) return false;
    }
    return template.endOfPiece(kinds.length, words, at, end) === end;
  }

  /** Parses a record byte by byte. @returns the spans of its values; undefined when it does not have the usual form. */
  #parseByBytes(words: ByteWords, start: number, end: number): readonly ValueSpan<number>[] | undefined {
    const { bytes } = words;
    const values: ValueSpan<number>[] = [];
    let at = start;
    for (const separator of [OPEN, COMMA, COMMA, COMMA, COMMA]) {
      const nameAt = after(QUOTE, bytes, after(separator, bytes, at));
      const value = nameAt < 0 ? undefined : this.#readMember(words, nameAt, end);
      if (value === undefined || values.some(({ kind }) => fieldOf(kind) === fieldOf(value.kind))) return undefined;
      values.push(value);
      at = value.end + (isQuoted(value.kind) ? 1 : 0);
    }
    const last = after(CLOSE, bytes, at);
    return last === end || (last > 0 && last < end && afterSpaces(bytes, last) === end) ? values : undefined;
  }

  #readMember(words: ByteWords, nameAt: number, end: number): ValueSpan<number> | undefined {
    const { bytes } = words;
    const named = NAMES.findIndex((name) => name.every((byte, index) => bytes[nameAt + index] === byte));
    const colon = named < 0 ? -1 : after(COLON, bytes, nameAt + (NAMES[named]?.length ?? 0));
    if (colon < 0) return undefined;
    const at = afterSpaces(bytes, colon);
    const hasQuote = bytes[at] === QUOTE;
    const kind = named === INSTANT && !hasQuote ? EPOCH : named;
    if (hasQuote !== isQuoted(kind)) return undefined;
    const start = hasQuote ? at + 1 : at;
    const valueEnd = this.#readValue(kind, words, start, end);
    return valueEnd < 0 ? undefined : { kind, start, end: valueEnd };
  }

  /** @returns the end of the value, without its quotation mark; -1 when the value does not have the usual form. */
  #readValue(kind: number, words: ByteWords, start: number, end: number): number {
    switch (kind) {
      case INSTANT:
        return this.#readInstant(words.bytes, start, end);
      case BYTES:
      case EPOCH:
        return this.#readNumber(kind, words.bytes, start, end);
      default:
        return this.#readText(kind, words, start, end);
    }
  }

  #readText(kind: number, words: ByteWords, start: number, end: number): number {
    const expectedEnd = start + (this.#lengths[kind] ?? 0);
    const isAsLong = expectedEnd < end && words.bytes[expectedEnd] === QUOTE;
    if (isAsLong && this.#intern(kind, words, start, expectedEnd)) return expectedEnd;
    const textEnd = endOfText(words.bytes, start, end);
    if (textEnd < 0 || !this.#intern(kind, words, start, textEnd)) return -1;
    this.#lengths[kind] = textEnd - start;
    return textEnd;
  }

  /** Interns a text. @returns whether the bytes are a valid text; a quotation mark among them makes it invalid. */
  #intern(kind: number, words: ByteWords, start: number, end: number): boolean {
    if (kind === ID) return this.#internId(words, start, end);
    const code = this.#interners[kind]?.codeOf(words, start, end) ?? -1;
    if (kind === ANTENNA_ID) this.event.antennaCode = code;
    else this.event.appCode = code;
    return code >= 0;
  }

  #internId(words: ByteWords, start: number, end: number): boolean {
    const { id } = this.event.interners;
    const prefetched = this.#prefetcher.codeOf(id.texts, words, start, end);
    const code = prefetched >= 0 ? prefetched : id.codeOf(words, start, end);
    this.event.idCode = code;
    if (code < 0) return false;
    this.idOffset = start - this.#recordStart;
    this.idLength = end - start;
    return true;
  }

  #readInstant(bytes: Uint8Array, start: number, end: number): number {
    const textEnd = endOfText(bytes, start, end);
    if (textEnd < 0) return -1;
    this.event.eventTimeMs = this.#instants.parse(bytes, start, textEnd);
    return this.event.eventTimeMs >= 0 ? textEnd : -1;
  }

  #readNumber(kind: number, bytes: Uint8Array, start: number, end: number): number {
    const digitsEnd = this.#digits.read(bytes, start, end);
    if (digitsEnd < 0) return -1;
    const { number } = this.#digits;
    if (kind === EPOCH) this.event.eventTimeMs = epochMs(number);
    else this.event.bytes = number;
    return kind === EPOCH || number <= MAX_EVENT_BYTES ? digitsEnd : -1;
  }
}

/** An instant and an epoch are the same field, the timestamp. */
function fieldOf(kind: number): number {
  return kind === EPOCH ? INSTANT : kind;
}

function isQuoted(kind: number): boolean {
  return kind <= INSTANT;
}
