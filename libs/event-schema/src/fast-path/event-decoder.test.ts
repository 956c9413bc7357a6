import fc from 'fast-check';
import { ARRIVED_MS, badRecordCorpus } from '../corpus/index.ts';
import { type Decoded, type DecodedInterned, decode, EventDecoder, type ValueSpans } from '../index.ts';
import { mutatedRecord } from '../testing/mutated-record.ts';

const encoder = new TextEncoder();
const decoder = new EventDecoder();

/** Neighbours of a record in a batch. They would continue a text, a number or an object that the record cuts short. */
const [BEFORE, AFTER] = [encoder.encode('"{9 '), encoder.encode(' 9"}, 0}')];

function agrees(value: Uint8Array | null, recordTimestampMs: number): boolean {
  const strict = JSON.stringify(decode(value, recordTimestampMs));
  if (JSON.stringify(plain(decoder.decode(value, recordTimestampMs))) !== strict) return false;
  if (value === null) return true;
  return [0, 1, AFTER.length].every((after) => {
    const batch = Uint8Array.from([...BEFORE, ...value, ...AFTER.subarray(AFTER.length - after)]);
    const [start, end] = [BEFORE.length, BEFORE.length + value.length];
    return JSON.stringify(plain(decoder.decode(batch, recordTimestampMs, start, end))) === strict;
  });
}

/** Converts the event into the form of `decode`. It rejects -0, which JSON does not distinguish from 0. */
function plain(decoded: DecodedInterned): Decoded {
  if (!decoded.ok) return decoded;
  const { eventTimeMs, id, antennaId, bytes, app } = decoded.event;
  if (Object.is(eventTimeMs, -0) || Object.is(bytes, -0)) throw new RangeError('-0');
  return { ok: true, event: { eventTimeMs, id, antennaId, bytes, app } };
}

function isOrdinary(text: string): boolean {
  return decoder.takesFastPath(encoder.encode(text), ARRIVED_MS);
}

const usual = {
  timestamp: '"2022-10-29T13:00:00Z"',
  id: '"00000000-0000-0000-0000-000000000001"',
  antenna_id: '"11111111-1111-1111-1111-111111111111"',
  bytes: '512',
  app: '"SKYPE"',
};

function json(fields: Partial<typeof usual> = {}, [comma, colon]: readonly [string, string] = [',', ':']): string {
  const members = Object.entries({ ...usual, ...fields }).map(([name, value]) => `"${name}"${colon}${value}`);
  return `{${members.join(comma)}}`;
}

describe('the fast decoder', () => {
  it.each([
    ['compact JSON', json()],
    ['JSON with spaces', json({}, [', ', ': '])],
    ['fields in another order', `{${json().slice(1, -1).split(',').reverse().join(',')}}`],
    ['milliseconds', json({ timestamp: '"2022-10-29T13:00:00.123Z"' })],
    ['microseconds', json({ timestamp: '"2022-10-29T13:00:00.123456Z"' })],
    ['an offset', json({ timestamp: '"2022-10-29T15:00:00.123+02:00"' })],
    ['no offset', json({ timestamp: '"2022-10-29T13:00:00"' })],
    ['epoch seconds', json({ timestamp: '1667048400' })],
    ['epoch milliseconds', json({ timestamp: '1667048400123' })],
    ['other letters', json({ id: '"Zoë 👩"' })],
  ])('decodes %s on its fast path', (_form, text) => {
    expect(isOrdinary(text)).toBe(true);
    expect(agrees(encoder.encode(text), ARRIVED_MS)).toBe(true);
  });

  it('stays correct when the buffer of a decoded record is overwritten', () => {
    const bytes = Buffer.from(json());
    const again = encoder.encode(json({ bytes: '513' }));
    const fast = new EventDecoder();
    expect(fast.takesFastPath(bytes, ARRIVED_MS)).toBe(true);
    bytes.fill(0);
    expect(plain(fast.decode(again, ARRIVED_MS))).toStrictEqual(decode(again, ARRIVED_MS));
    expect(plain(fast.decode(bytes, ARRIVED_MS))).toStrictEqual(decode(bytes, ARRIVED_MS));
  });

  it.each(badRecordCorpus)('agrees with the strict decoder on $name', ({ value, recordTimestampMs }) => {
    expect(plain(decoder.decode(value, recordTimestampMs))).toStrictEqual(decode(value, recordTimestampMs));
    expect(agrees(value, recordTimestampMs)).toBe(true);
  });
});

/** Puts values one after the other into a buffer, as those of consecutive records; undefined makes a tombstone. */
function valueSpans(values: readonly (Uint8Array | undefined)[]): ValueSpans {
  const starts = new Int32Array(values.length);
  for (const [index, value] of values.slice(0, -1).entries()) {
    starts[index + 1] = (starts[index] ?? 0) + (value?.length ?? 0);
  }
  const lengths = Int32Array.from(values, (value) => value?.length ?? -1);
  return { bytes: Buffer.concat(values.filter((value) => value !== undefined)), count: values.length, starts, lengths };
}

describe('the fast decoder, which has decoded events of 65,536 users,', () => {
  const experienced = new EventDecoder();
  const ofUser = (number: number) => encoder.encode(json({ id: `"user ${String(number).padStart(8, '0')}"` }));

  /** Decodes these values after they were prefetched together, and compares each with the strict decoder. */
  function expectStrictResults(values: readonly (Uint8Array | undefined)[]): void {
    const spans = valueSpans(values);
    experienced.prefetch(spans);
    for (const [index, value] of values.entries()) {
      const start = spans.starts[index] ?? 0;
      const bytes = value === undefined ? null : spans.bytes;
      const decoded = experienced.decode(bytes, ARRIVED_MS, start, start + (value?.length ?? 0));
      expect(plain(decoded)).toStrictEqual(decode(value ?? null, ARRIVED_MS));
    }
  }

  beforeAll(() => {
    for (let user = 0; user < 2 ** 16; user += 1) experienced.decode(ofUser(user), ARRIVED_MS);
    // A table indexes its new texts when it is searched next.
    experienced.decode(ofUser(0), ARRIVED_MS);
  });

  it('knows the codes of most of the next users before it decodes their records', () => {
    const users = Array.from({ length: 1_000 }, (_, index) => (index * 7_919) % 2 ** 16);
    const codes = experienced.prefetch(valueSpans(users.map(ofUser)));
    expect(users.filter((user, index) => codes[index] === user).length).toBeGreaterThan(500);
  });

  it('decodes a new id as itself, although a known id has the same hash and its code was prefetched', () => {
    const [known, other] = [100_288, 200_251];
    for (const user of [known, 0]) experienced.decode(ofUser(user), ARRIVED_MS);
    expect(experienced.prefetch(valueSpans([ofUser(other)]))[0]).toBeGreaterThanOrEqual(0);
    expectStrictResults([ofUser(other)]);
  });

  it('has no code for records of another form, and decodes all alike', () => {
    const others = [undefined, '', '{}', json(), json({ bytes: '1', id: '"a"' })].map((text) =>
      text === undefined ? undefined : encoder.encode(text),
    );
    const values = [ofUser(5), ...others, ofUser(100_000), ofUser(6)];
    expect(experienced.prefetch(valueSpans(values)).length).toBeLessThan(values.length);
    expectStrictResults(values);
  });

  it('agrees with the strict decoder on records that are prefetched together, some of them damaged', () => {
    const sound = fc.nat(2 ** 17).map(ofUser);
    const record = fc.oneof(sound, sound, mutatedRecord(sound), fc.constant(undefined));
    fc.assert(fc.property(fc.array(record, { maxLength: 64 }), expectStrictResults), { numRuns: 300 });
  });
});

const corpusValue = fc.constantFrom(
  ...badRecordCorpus.flatMap(({ value }) => (value !== null && value.length < 2000 ? [value] : [])),
  ...['123', '1667048400', '"2022-10-29T13:00:00.123+02:00"'].map((timestamp) => encoder.encode(json({ timestamp }))),
);

const mutated = mutatedRecord(corpusValue);

/** Replaces one character of a record by a character that JSON or a timestamp may contain. */
const oneCharacter = fc
  .tuple(corpusValue, fc.nat(), fc.constantFrom(...' "\\{}[]:,.+-eE0123456789TZtz\n\u0000\u007f'.split('')))
  .map(([value, at, character]) => Uint8Array.from(value).fill(character.charCodeAt(0), at % 200, (at % 200) + 1));

const digit = fc.constantFrom('0', '1', '2', '3', '5', '6', '9');
const twoDigits = fc.tuple(digit, digit).map((pair) => pair.join(''));
const nearlyATime = fc
  .tuple(
    fc.constantFrom('2022', '1970', '1969', '2024', '2100', '0099', '9999'),
    fc.array(twoDigits, { minLength: 5, maxLength: 5 }),
    fc.constantFrom('', '.', '.5', '.57', '.290', '.069', '.999999999', ',250', '.1234'),
    fc.constantFrom('', 'Z', 'z', '+02:00', '-05:30', '+0200', '+02', '-00:00', '+24:00', '+23:59', '-23:60', ' '),
  )
  .map(([year, [month, day, hour, minute, second], fraction, offset]) => {
    return `"${year}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}${fraction}${offset}"`;
  });

const anyNumber = fc.oneof(
  fc.double().map(String),
  fc.bigInt(-(2n ** 70n), 2n ** 70n).map(String),
  fc.constantFrom('0', '-0', '00', '01', '1.0', '1e3', '99999999999', '100000000000', String(2 ** 40), '1099511627777'),
);

const anyText = fc
  .oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 }))
  .map((text) => JSON.stringify(text));

const nearlyAnEvent = fc
  .record({
    timestamp: fc.oneof(nearlyATime, anyNumber),
    id: fc.oneof(anyText, fc.constant(usual.id)),
    antenna_id: fc.oneof(anyText, fc.constant(usual.antenna_id)),
    bytes: fc.oneof(anyNumber, fc.constant(usual.bytes)),
    app: fc.oneof(anyText, fc.constant(usual.app)),
  })
  .chain((fields) => fc.tuple(fc.constant(fields), fc.constantFrom([',', ':'], [', ', ': '], [',\n\t', ' : '])))
  .map(([fields, [comma = '', colon = '']]) => encoder.encode(json(fields, [comma, colon])));

describe('the fast decoder and the strict decoder', () => {
  const recordTimestamp = fc.constantFrom(-1, 0, ARRIVED_MS, ARRIVED_MS - 7_200_000, 253_402_300_799_999);

  it.each([
    { name: 'random bytes', values: fc.uint8Array({ maxLength: 300 }), runs: 500 },
    { name: 'mutated records of the corpus', values: mutated, runs: 4_000 },
    { name: 'records with one character replaced', values: oneCharacter, runs: 4_000 },
    { name: 'almost valid events', values: nearlyAnEvent, runs: 4_000 },
  ])('agree on $name', ({ values, runs }) => {
    fc.assert(
      fc.property(values, recordTimestamp, (value, recordTimestampMs) => agrees(value, recordTimestampMs)),
      { numRuns: runs },
    );
  });

  it('agree on every fraction of a second with three digits', () => {
    for (let ms = 0; ms < 1000; ms += 1) {
      const timestamp = `"2022-10-29T15:00:00.${String(ms).padStart(3, '0')}+02:00"`;
      if (!agrees(encoder.encode(json({ timestamp })), ARRIVED_MS)) throw new Error(timestamp);
    }
  });
});
