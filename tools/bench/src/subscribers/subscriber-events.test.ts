import { decode, type UsageEvent } from '@antenna/event-schema';
import { DigestOfRows, type RowsDigest, Truth } from '@antenna/oracle';
import { temporaryFolder } from '@antenna/test-kit';
import { FROM_MS } from '../workload/workload.ts';
import { HOUR_MS } from '../hour/hour-truth.ts';
import { PeriodSums } from './period-sums.ts';
import { subscriberEvents } from './subscriber-events.ts';
import { SubscriberIds } from './subscriber-ids.ts';
import { linesOf } from './subscriber-lines.ts';
import { readSubscriberTruth, writeSubscriberTruth } from './subscriber-truth.ts';
import { subscribersEndMs, WINDOW_MS } from './subscriber-workload.ts';

// Two hours: the last window belongs to the second one.
const workload = { users: 60, eventsPerWindow: 3, windows: 13 };
const events = [...subscriberEvents(workload)];
const ids = new SubscriberIds(workload.users);
const lines = Buffer.concat([...linesOf(events, ids)]).toString();
const records = lines
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'));

/** The event of each line, as the product decodes it. */
function decodedEvents(): readonly UsageEvent[] {
  return records.map(([, value = '']) => {
    const decoded = decode(Buffer.from(value), subscribersEndMs(workload));
    if (!decoded.ok) throw new Error(decoded.detail);
    return decoded.event;
  });
}

describe('the events of subscribers', () => {
  it('are the same number of each user in each window', () => {
    const counts = Map.groupBy(events, ({ eventTimeMs, user }) => `${Math.floor(eventTimeMs / WINDOW_MS)} ${user}`);
    expect(counts.size).toBe(workload.users * workload.windows);
    expect(new Set(Array.from(counts.values(), (its) => its.length))).toEqual(new Set([workload.eventsPerWindow]));
  });

  it('meet the users of each round in another order', () => {
    const orderOf = (round: number) => events.slice(round * 60, (round + 1) * 60).map(({ user }) => user);
    expect(orderOf(0)).not.toEqual(orderOf(1));
    expect(new Set(orderOf(1)).size).toBe(workload.users);
  });

  it('come in the order of their times, which are whole seconds from the first to the last of the windows', () => {
    const times = events.map(({ eventTimeMs }) => eventTimeMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.every((time) => time % 1000 === 0)).toBe(true);
    expect(times[0]).toBe(FROM_MS);
    expect(times.at(-1)).toBeLessThan(subscribersEndMs(workload));
    expect(times.at(-1)).toBeGreaterThan(subscribersEndMs(workload) - 10_000);
  });

  it('are always the same', () => {
    expect([...subscriberEvents(workload)]).toEqual(events);
  });
});

describe('the lines of subscribers', () => {
  it('have the id of the user as key, and an event that the product accepts', () => {
    expect(decodedEvents().map(({ id }) => id)).toEqual(records.map(([key]) => key));
    expect(decodedEvents().map(({ bytes }) => bytes)).toEqual(events.map(({ bytes }) => bytes));
  });
});

describe('the truth of subscribers', () => {
  const digestsOf = (periodMs: number) => {
    const sums = new PeriodSums(periodMs, workload.users, ids);
    for (const event of events) sums.add(event);
    return sums.digests();
  };

  it('is what the oracle makes of the same events, one by one', () => {
    const truth = new Truth();
    for (const event of decodedEvents()) truth.add(event);
    expect(digestsOf(WINDOW_MS)).toEqual(digestsOfRows(truth.windows()));
    expect(digestsOf(HOUR_MS)).toEqual(digestsOfRows(truth.hours()));
  });

  it('is read from its file as it was written', async () => {
    const truth = { events: events.length, windows: digestsOf(WINDOW_MS), hours: digestsOf(HOUR_MS) };
    const folder = await temporaryFolder();
    const path = `${folder.path}/truths/subscribers.json`;
    try {
      await expect(readSubscriberTruth(path)).resolves.toBeUndefined();
      await writeSubscriberTruth(path, truth);
      await expect(readSubscriberTruth(path)).resolves.toEqual(truth);
    } finally {
      await folder.close();
    }
  });
});

/** @param rows by the keys of `Truth`: time, type and id. */
function digestsOfRows(rows: ReadonlyMap<string, bigint>): RowsDigest[] {
  const groups = Map.groupBy(rows, ([key]) => key.slice(0, key.lastIndexOf(' ')));
  const order = ['user_total_bytes', 'antenna_total_bytes', 'app_total_bytes'];
  return [...groups]
    .map(([group, its]) => {
      const digest = new DigestOfRows();
      for (const [key, value] of its) digest.add(key.slice(group.length + 1), Number(value));
      const [time = '', type = ''] = group.split(' ');
      return digest.of(Date.parse(time), type);
    })
    .sort((a, b) => a.timestampMs - b.timestampMs || order.indexOf(a.type) - order.indexOf(b.type));
}
