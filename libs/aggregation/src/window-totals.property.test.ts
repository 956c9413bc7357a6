import { EventInterners, type UsageEvent } from '@antenna/event-schema';
import fc from 'fast-check';
import { type TotalRow, type UserHourRow, WindowTotals } from './index.ts';

/** Events of three hours with few users, antennas and apps, so that many share a row; some lie at a window's edge. */
const event: fc.Arbitrary<UsageEvent> = fc.record({
  eventTimeMs: fc
    .tuple(fc.nat(36), fc.oneof(fc.nat(299_999), fc.constantFrom(0, 1, 299_999)))
    .map(([window, offsetMs]) => Date.UTC(2022, 9, 29, 12) + window * 300_000 + offsetMs),
  id: fc.constantFrom('ana', 'bea', 'carla', '😀', '\uffff'),
  antennaId: fc.constantFrom('north', 'south', 'ana'),
  bytes: fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 2 ** 40 }), fc.constant(2 ** 40)),
  app: fc.constantFrom('SKYPE', 'TELEGRAM'),
});

const events = fc.array(event, { maxLength: 120 });

interface Expected {
  readonly rows: TotalRow[];
  readonly userHours: UserHourRow[];
}

/** Computes the totals in another way: with a JSON text as key of each row, BigInts, and windows cut from ISO texts. */
function expectedOf(all: readonly UsageEvent[]): Expected {
  const rows = new Map<string, bigint>();
  const hours = new Map<string, { usage: bigint; latest: number }>();
  for (const { eventTimeMs, id, antennaId, bytes, app } of all) {
    const minute = Number(new Date(eventTimeMs).toISOString().slice(14, 16));
    const hourText = new Date(eventTimeMs).toISOString().slice(0, 13);
    const window = Date.parse(`${hourText}:${String(minute - (minute % 5)).padStart(2, '0')}:00Z`);
    for (const [type, key] of Object.entries({ antenna: antennaId, app, user: id })) {
      const row = JSON.stringify([window, `${type}_total_bytes`, key]);
      rows.set(row, (rows.get(row) ?? 0n) + BigInt(bytes));
    }
    const hour = JSON.stringify([Date.parse(`${hourText}:00:00Z`), id]);
    const known = hours.get(hour) ?? { usage: 0n, latest: 0 };
    hours.set(hour, { usage: known.usage + BigInt(bytes), latest: Math.max(known.latest, eventTimeMs) });
  }
  return { rows: sorted(rows).map(totalRow), userHours: sorted(hours).map(userHourRow) };
}

function sorted<T>(byKey: ReadonlyMap<string, T>): [unknown[], T][] {
  const entries = Array.from(byKey, ([key, value]): [unknown[], T] => [JSON.parse(key) as unknown[], value]);
  return entries.sort(([a], [b]) => {
    const differing = a.findIndex((part, index) => part !== b[index]);
    return (a[differing] as string) < (b[differing] as string) ? -1 : 1;
  });
}

function totalRow([[windowStartMs, type, id], value]: [unknown[], bigint]): TotalRow {
  return { windowStartMs, type, id, value } as TotalRow;
}

function userHourRow([[hourStartMs, id], { usage, latest }]: [
  unknown[],
  { usage: bigint; latest: number },
]): UserHourRow {
  return { hourStartMs, id, usage, latestEventTimeMs: latest } as UserHourRow;
}

/** @param eventsOfInterners after so many events the interners start over. */
function totalsOf(all: readonly UsageEvent[], eventsOfInterners = Infinity): WindowTotals {
  const totals = new WindowTotals();
  let interners = new EventInterners();
  for (const [index, one] of all.entries()) {
    if (index % eventsOfInterners === 0) interners = new EventInterners();
    totals.add(interners.intern(one));
  }
  return totals;
}

function expectTotals(totals: WindowTotals, all: readonly UsageEvent[]): void {
  const expected = expectedOf(all);
  expect([...totals.rows().totals]).toEqual(expected.rows);
  expect([...totals.rows().userHours]).toEqual(expected.userHours);
  expect(totals.keys).toBe(expected.rows.length);
  expect(totals.events).toBe(all.length);
  expect(totals.eventBytes).toBe(all.reduce((sum, { bytes }) => sum + BigInt(bytes), 0n));
}

describe('the totals of arbitrary events', () => {
  it('equal the sums of a naive computation', () => {
    fc.assert(
      fc.property(events, (all) => {
        expectTotals(totalsOf(all), all);
      }),
      { numRuns: 300 },
    );
  });

  it('are the same when the interners are full and start over between two events', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 20 }), (all, eventsOfInterners) => {
        expectTotals(totalsOf(all, eventsOfInterners), all);
      }),
    );
  });

  it('do not depend on the order of arrival', () => {
    const shuffled = events.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, reordered]) => {
        expect([...totalsOf(reordered).rows().totals]).toEqual([...totalsOf(all).rows().totals]);
        expect([...totalsOf(reordered).rows().userHours]).toEqual([...totalsOf(all).rows().userHours]);
      }),
    );
  });

  it('are equal for the three types in every window', () => {
    fc.assert(
      fc.property(events, (all) => {
        for (const rows of Map.groupBy(totalsOf(all).rows().totals, (row) => row.windowStartMs).values()) {
          const sums = Object.values(Object.groupBy(rows, (row) => row.type)).map((ofType) =>
            ofType.reduce((sum, row) => sum + row.value, 0n),
          );
          expect(new Set(sums).size).toBe(1);
        }
      }),
    );
  });

  it('are exact beyond 2^53', () => {
    const all = Array.from({ length: 2 ** 13 + 3 }, (_, index) => index % 2 ** 13).map((index): UsageEvent => ({
      eventTimeMs: 0,
      id: 'a',
      antennaId: 'a',
      bytes: 2 ** 40 - (index % 2),
      app: 'a',
    }));
    const sum = all.reduce((total, { bytes }) => total + BigInt(bytes), 0n);
    expect(sum > 2n ** 53n).toBe(true);
    expect(Array.from(totalsOf(all).rows().totals, (row) => row.value)).toEqual([sum, sum, sum]);
    expect(Array.from(totalsOf(all).rows().userHours, (row) => row.usage)).toEqual([sum]);
  });
});
