import type { RejectionReason } from '@antenna/event-schema';

/** What an event is, said here and not by the decoder that is under test. */
export interface KnownEvent {
  readonly eventTimeMs: number;
  readonly id: string;
  readonly antennaId: string;
  readonly bytes: number;
  readonly app: string;
}

/** A record of which it is known beforehand what has to become of it. */
export interface KnownRecord {
  readonly value: Uint8Array | null;
  readonly fate:
    | {
        readonly kind: 'event';
        readonly event: KnownEvent;
        readonly hourMs: number;
        readonly rowKeys: readonly string[];
        readonly userHourKey: string;
      }
    | { readonly kind: 'dead letter'; readonly reason: RejectionReason };
}

const FIVE_MINUTES_MS = 300_000;
const HOUR_MS = 3_600_000;

/** Timestamp of the records, later than every event. Those of a later version of a log have a later one. */
export const RECORD_TIMESTAMP_MS = Date.UTC(2022, 9, 29, 15);

/** How many versions a log can have: the first, and one for each truncation. */
export const VERSIONS = 3;

const TIMES = [
  '2022-10-29T13:04:59.999Z',
  '2022-10-29T13:05:00.000Z',
  '2022-10-29T13:59:59.000Z',
  '2022-10-29T14:00:00.000Z',
  '2022-10-29T12:31:00.000Z',
  '2022-10-28T23:59:00.000Z',
];
const IDS = ['ana', 'eva', 'leo'];
const ANTENNAS = ['north', 'south'];
/** Those of each version of a log, so that no event of one is an event of another. */
const APPS = [
  ['SKYPE', 'TELEGRAM'],
  ['NETFLIX', 'YOUTUBE'],
  ['BUMBLE', 'TINDER'],
];
const BYTES = [1, 10, 100, 0, 1_000, 2 ** 40];

/** By version: events in several windows and hours, some a day late; no two in a row are alike. */
const EVENTS: readonly (readonly KnownRecord[])[] = APPS.map((apps) =>
  Array.from({ length: 60 }, (_, index) =>
    eventRecord({
      eventTimeMs: Date.parse(cyclic(TIMES, index)),
      id: cyclic(IDS, index),
      antennaId: cyclic(ANTENNAS, index >> 1),
      bytes: cyclic(BYTES, index * 5 + (index >> 2)),
      app: cyclic(apps, index >> 2),
    }),
  ),
);

/** The events that producers write to this version of a log. */
export function eventsOf(version: number): readonly KnownRecord[] {
  return cyclic(EVENTS, version);
}

export const DEAD_LETTERS: readonly KnownRecord[] = [
  { value: null, fate: { kind: 'dead letter', reason: 'tombstone' } },
  { value: Buffer.from('{"id":'), fate: { kind: 'dead letter', reason: 'not_json' } },
  { value: Buffer.from('{"id":"ana"}'), fate: { kind: 'dead letter', reason: 'missing_field' } },
];

/** The key of a row of totals. */
export function rowKey(windowStartMs: number, type: string, id: string): string {
  return `${windowStartMs} ${type} ${id}`;
}

/** The folder of an hour of the archive, said here and not by the code under test. */
export function hourFolder(hourMs: number): string {
  const folder = FOLDERS.get(hourMs);
  if (folder === undefined) throw new RangeError(`no event is of hour ${new Date(hourMs).toISOString()}`);
  return folder;
}

const FOLDERS = new Map([
  [Date.UTC(2022, 9, 28, 23), 'year=2022/month=10/day=28/hour=23/'],
  [Date.UTC(2022, 9, 29, 12), 'year=2022/month=10/day=29/hour=12/'],
  [Date.UTC(2022, 9, 29, 13), 'year=2022/month=10/day=29/hour=13/'],
  [Date.UTC(2022, 9, 29, 14), 'year=2022/month=10/day=29/hour=14/'],
]);

/** All hours that an event can be of. */
export const HOURS: readonly number[] = [...FOLDERS.keys()];

function eventRecord(event: KnownEvent): KnownRecord {
  const { eventTimeMs, id, antennaId, bytes, app } = event;
  const windowMs = eventTimeMs - (eventTimeMs % FIVE_MINUTES_MS);
  const rowKeys = [
    rowKey(windowMs, 'antenna_total_bytes', antennaId),
    rowKey(windowMs, 'app_total_bytes', app),
    rowKey(windowMs, 'user_total_bytes', id),
  ];
  const value = Buffer.from(JSON.stringify({ timestamp: eventTimeMs, id, antenna_id: antennaId, bytes, app }));
  const hourMs = eventTimeMs - (eventTimeMs % HOUR_MS);
  return { value, fate: { kind: 'event', event, hourMs, rowKeys, userHourKey: `${hourMs} ${id}` } };
}

function cyclic<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new RangeError('no items');
  return item;
}
