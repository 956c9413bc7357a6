import { type Decoded, found, rejected } from './decoded.ts';
import { eventTextFault, isEventText } from './event-text.ts';
import { eventTimeOf } from './event-time.ts';
import { MAX_EVENT_BYTES } from './limits.ts';

/** Keeps a byte order mark, so that JSON parsing rejects it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const FIELDS = ['timestamp', 'id', 'antenna_id', 'bytes', 'app'] as const;

type Fields = Readonly<Record<(typeof FIELDS)[number], unknown>>;

/**
 * Decodes a record into an event or a rejection. Pure and total: the result depends only on the arguments, and it never
 * throws. The rules are those of the event's reference; `DECODER_VERSION` identifies them.
 *
 * A record with several faults has the first reason in the order of `REJECTION_REASONS`. Where JSON repeats a key, the
 * last one counts. Numbers are read as doubles, as JSON.parse does: `2.0` and `1e3` are integers.
 * @param value the record's value; null is a tombstone.
 * @param recordTimestampMs the record's own timestamp, milliseconds since 1970; below 0 when it has none.
 */
export function decode(value: Uint8Array | null, recordTimestampMs: number): Decoded {
  if (value === null) return rejected('tombstone', 'value: expected a JSON object, found none (a tombstone)');
  if (value.length === 0) return rejected('empty', 'value: expected a JSON object, found 0 bytes');
  const text = textOf(value);
  if (text === undefined)
    return rejected('invalid_utf8', `value: expected UTF-8, found ${value.length} bytes that are not`);
  const json = jsonOf(text);
  if (json === undefined)
    return rejected('not_json', `value: expected JSON, found ${value.length} bytes of text that is not`);
  if (!isObject(json)) return rejected('not_an_object', `value: expected a JSON object, found ${found(json)}`);
  if (!hasFields(json)) return rejected('missing_field', `${missingField(json)}: expected the field, found none`);
  return eventOf(json, recordTimestampMs);
}

function textOf(value: Uint8Array): string | undefined {
  try {
    return utf8.decode(value);
  } catch {
    return undefined;
  }
}

/** The JSON value, or undefined when the text is not JSON: no JSON text has the value undefined. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(json: unknown): json is object {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Unrolled, since it runs for each event. */
function hasFields(json: object): json is Fields {
  return (
    Object.hasOwn(json, 'timestamp') &&
    Object.hasOwn(json, 'id') &&
    Object.hasOwn(json, 'antenna_id') &&
    Object.hasOwn(json, 'bytes') &&
    Object.hasOwn(json, 'app')
  );
}

function missingField(json: object): string {
  return FIELDS.find((field) => !Object.hasOwn(json, field)) ?? 'value';
}

function eventOf({ timestamp, id, antenna_id: antennaId, bytes, app }: Fields, recordTimestampMs: number): Decoded {
  const eventTimeMs = eventTimeOf(timestamp, recordTimestampMs);
  if (typeof eventTimeMs !== 'number') return eventTimeMs;
  if (!isEventText(id)) return rejected('invalid_id', eventTextFault('id', id));
  if (!isEventText(antennaId)) return rejected('invalid_antenna_id', eventTextFault('antenna_id', antennaId));
  if (!isEventText(app)) return rejected('invalid_app', eventTextFault('app', app));
  if (!isByteCount(bytes)) {
    return rejected('invalid_bytes', `bytes: expected an integer from 0 to ${MAX_EVENT_BYTES}, found ${found(bytes)}`);
  }
  // Adding 0 turns -0 into 0.
  return { ok: true, event: { eventTimeMs, id, antennaId, bytes: bytes + 0, app } };
}

function isByteCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_EVENT_BYTES;
}
