import { dailyCurve } from './daily-life.ts';
import { simulate, type SimulationOptions } from './simulate.ts';

const HOUR_MS = 3_600_000;

function usageByHour(changes: Partial<SimulationOptions>): ReadonlyMap<number, ReadonlyMap<string, number>> {
  const options: SimulationOptions = {
    seed: 1,
    fromMs: Date.parse('2022-10-29T00:00Z'),
    toMs: Date.parse('2022-10-30T00:00Z'),
    events: 48_000,
    users: 20,
    unknownUsers: 0,
    antennas: 5,
    apps: ['SKYPE'],
    maxBytes: 0,
    isLifelike: true,
    outOfOrderMs: 0,
    lateShare: 0,
    lateByMs: 0,
    malformedShare: 0,
    ...changes,
  };
  const hours = new Map<number, Map<string, number>>();
  for (const { fact } of simulate(options)) {
    if (typeof fact === 'string') continue;
    const hour = Math.floor((fact.eventTimeMs % (24 * HOUR_MS)) / HOUR_MS);
    const users = hours.get(hour) ?? new Map<string, number>();
    hours.set(hour, users.set(fact.id, (users.get(fact.id) ?? 0) + fact.bytes));
  }
  return hours;
}

function overInHour(usage: ReadonlyMap<number, ReadonlyMap<string, number>>, hour: number, quota: number): number {
  return [...(usage.get(hour)?.values() ?? [])].filter((bytes) => bytes > quota).length;
}

function bytesOf(users: ReadonlyMap<string, number> | undefined): number {
  return [...(users?.values() ?? [])].reduce((sum, bytes) => sum + bytes, 0);
}

describe('lifelike users', () => {
  it.each([24_000, 96_000])('exceed a usual quota now and then, and most of them do not: %i events a day', (events) => {
    const usage = usageByHour({ events });
    const over = overInHour(usage, 20, 200_000);
    expect(over).toBeGreaterThan(0);
    expect(over).toBeLessThan(10);
    expect(overInHour(usage, 4, 200_000)).toBe(0);
  });

  it('use most in the evening and least before the morning', () => {
    const usage = usageByHour({});
    const ofHours = Array.from({ length: 24 }, (_, hour) => bytesOf(usage.get(hour)));
    expect([19, 20, 21]).toContain(ofHours.indexOf(Math.max(...ofHours)));
    expect([3, 4]).toContain(ofHours.indexOf(Math.min(...ofHours)));
  });

  it('do the same again with the same seed', () => {
    expect(usageByHour({ events: 1_000 })).toEqual(usageByHour({ events: 1_000 }));
    expect(usageByHour({ events: 1_000, seed: 2 })).not.toEqual(usageByHour({ events: 1_000 }));
  });
});

describe('the daily curve', () => {
  it('begins and ends with the simulated time, and never goes back, from the middle of an hour too', () => {
    const [fromMs, toMs] = [Date.parse('2022-10-29T13:30Z'), Date.parse('2022-10-29T15:10Z')];
    const curve = dailyCurve({ fromMs, toMs });
    const times = Array.from({ length: 1_000 }, (_, index) => curve(index / 1_000));
    expect(times[0]).toBe(fromMs);
    expect(times.every((time, index) => time >= (times[index - 1] ?? fromMs) && time < toMs)).toBe(true);
    expect(times.at(-1)).toBeGreaterThan(toMs - 60_000);
  });
});
