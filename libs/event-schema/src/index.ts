export { decode } from './decode.ts';
export { type DecodedInterned, EventDecoder } from './fast-path/event-decoder.ts';
export { EventInterners, type InternedEvent } from './fast-path/interned-event.ts';
export type { DeadLetterReason, Decoded, Rejection, RejectionReason, UndecodableReason } from './decoded.ts';
export { REJECTION_REASONS, UNDECODABLE_REASONS } from './decoded.ts';
export { DECODER_VERSION, MAX_BATCH_BYTES, MAX_CLOCK_AHEAD_MS, MAX_EVENT_BYTES } from './limits.ts';
export type { UsageEvent } from './usage-event.ts';
