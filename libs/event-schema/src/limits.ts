/**
 * Version of the decoding rules, stored with each archived chunk. Two versions may decode the same record differently:
 * the number changes with every change of a rule, and never otherwise.
 */
export const DECODER_VERSION = 1;

/** Greatest number of bytes of one event. */
export const MAX_EVENT_BYTES = 2 ** 40;

/** Greatest length of `id`, `antenna_id` and `app`, in Unicode code points. */
export const MAX_TEXT_LENGTH = 256;

/** How far an event time may be ahead of its record's own timestamp (inclusive). */
export const MAX_CLOCK_AHEAD_MS = 3_600_000;

/** 9999-12-31T23:59:59.999Z, the last instant that every store and reader of the archive can write as a date. */
export const MAX_EVENT_TIME_MS = 253_402_300_799_999;

/** Epoch numbers of at least this magnitude are milliseconds, smaller ones are seconds. */
export const FIRST_EPOCH_MS = 100_000_000_000;

/**
 * Greatest decompressed size of a stored batch of records. Kafka bounds the compressed size: a broker accepts 1 MiB
 * (message.max.bytes) by default, and identical events compress to a sixtieth at best. This is twice as much; a worker
 * has memory for one such batch at a time.
 */
export const MAX_BATCH_BYTES = 2 ** 27;
