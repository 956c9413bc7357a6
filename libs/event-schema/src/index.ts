export { decode } from './decode.ts';
export { type DecodedInterned, EventDecoder } from './fast-path/event-decoder.ts';
export { EventInterners, type InternedEvent } from './fast-path/interned-event.ts';
export type { ValueSpans } from './fast-path/value-spans.ts';
export {
  type DeadLetterReason,
  type Decoded,
  type Rejection,
  REJECTION_REASONS,
  type RejectionReason,
  UNDECODABLE_REASONS,
  type UndecodableReason,
  type UsageEvent,
} from './decoded.ts';
export { ByteWords } from './texts/byte-words.ts';
export { fibonacciHash } from './texts/fibonacci-hash.ts';
export { freeIfLarge } from './texts/outgrown.ts';
export { TextTable } from './texts/text-table.ts';
export { BOUNDS_OF_USERS, isNearlyFull } from './fast-path/utf8-interner.ts';
export { indexOfText, textsIn, type Utf8Texts, utf8Texts } from './texts/utf8-texts.ts';
export { DECODER_VERSION, MAX_BATCH_BYTES, MAX_CLOCK_AHEAD_MS, MAX_EVENT_BYTES } from './limits.ts';
