import { decode, REJECTION_REASONS, type UsageEvent } from '@antenna/event-schema';
import fc from 'fast-check';
import { simulate, type SimulatedRecord, type SimulationOptions, Tally } from './index.ts';

const FROM = Date.parse('2022-10-29T13:00:00Z');
const TO = Date.parse('2022-10-29T17:00:00Z');
/** When the records are read; nothing depends on it but that it is later than what they tell. */
const NOW = Date.parse('2026-01-01T00:00:00Z');

function simulated(changes: Partial<SimulationOptions> = {}): SimulatedRecord[] {
  const options: SimulationOptions = {
    seed: 1,
    fromMs: FROM,
    toMs: TO,
    events: 2000,
    users: 20,
    unknownUsers: 0,
    antennas: 5,
    apps: ['SKYPE', 'FACETIME', 'TELEGRAM', 'FACEBOOK'],
    maxBytes: 10_000,
    outOfOrderMs: 30_000,
    lateShare: 0,
    lateByMs: 600_000,
    malformedShare: 0,
    ...changes,
  };
  return Array.from(simulate(options));
}

function eventsOf(records: readonly SimulatedRecord[]): UsageEvent[] {
  return records.map(({ fact }) => fact).filter((fact) => typeof fact !== 'string');
}

function bytesOf(records: readonly SimulatedRecord[]): string[] {
  return records.map(({ key, value }) => `${key} ${value?.toString('base64') ?? 'null'}`);
}

/** For each event, how far behind the latest before it. */
function delaysOf(records: readonly SimulatedRecord[]): number[] {
  let latest = 0;
  return eventsOf(records).map(({ eventTimeMs }) => (latest = Math.max(latest, eventTimeMs)) - eventTimeMs);
}

describe('a simulation', () => {
  it('makes the same bytes again from the same seed, and others from another', () => {
    const mixed = { malformedShare: 0.1, lateShare: 0.1, unknownUsers: 3 };
    expect(bytesOf(simulated(mixed))).toEqual(bytesOf(simulated(mixed)));
    expect(bytesOf(simulated({ ...mixed, seed: 2 }))).not.toEqual(bytesOf(simulated(mixed)));
  });

  it('makes the bytes that it made before, on every machine', () => {
    const place = '"antenna_id":"33333333-3333-3333-3333-333333333333"';
    expect(simulated({ events: 3 }).map(({ value }) => String(value))).toEqual([
      `{"timestamp":"2022-10-29T14:00:00.000+01:00","id":"00000000-0000-0000-0000-000000000007",${place},"bytes":6187,"app":"SKYPE"}`,
      `{"timestamp":1667053176240,"id":"00000000-0000-0000-0000-000000000017",${place},"bytes":4191,"app":"FACETIME"}`,
      `{"timestamp":1667057980,"id":"00000000-0000-0000-0000-000000000002",${place},"bytes":1603,"app":"FACETIME"}`,
    ]);
  });

  it('makes as many records as asked for, malformed ones among them', () => {
    expect(simulated({ events: 1 })).toHaveLength(1);
    expect(simulated({ events: 777, malformedShare: 0.5 })).toHaveLength(777);
  });

  it('states of each record what decoding it gives', () => {
    const options = fc.record({
      seed: fc.nat(),
      fromMs: fc.oneof(fc.nat(), fc.integer({ min: 0, max: NOW - 1 })),
      length: fc.oneof(fc.nat(5000), fc.nat(10 * 365 * 86_400_000)),
      outOfOrderMs: fc.nat(86_400_000),
      lateShare: fc.double({ min: 0, max: 1, noNaN: true }),
      maxBytes: fc.constantFrom(0, 1, 10_000, 2 ** 40),
    });
    fc.assert(
      fc.property(options, ({ length, ...given }) => {
        const toMs = given.fromMs + length + 1;
        const records = simulated({ ...given, toMs, events: 50, malformedShare: 0.3 });
        const decoded = records.map(({ value }) => decode(value, Math.max(NOW, toMs)));
        expect(decoded.map((fate) => (fate.ok ? fate.event : fate.reason))).toEqual(records.map(({ fact }) => fact));
        const times = eventsOf(records).map(({ eventTimeMs }) => eventTimeMs);
        expect(times.filter((timeMs) => timeMs < given.fromMs || timeMs >= toMs)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps each user to one key', () => {
    const records = simulated();
    expect(records.map(({ key }) => key)).toEqual(eventsOf(records).map(({ id }) => id));
  });

  it('refuses to go without users or antennas', () => {
    expect(() => simulated({ users: 0 })).toThrow(RangeError);
    expect(() => simulated({ antennas: 0 })).toThrow(RangeError);
  });
});

describe('who uses data in a simulation', () => {
  it('are the users that the provisioner knows, at the antennas in the field', () => {
    const events = eventsOf(simulated());
    const users = Array.from({ length: 20 }, (_, n) => `00000000-0000-0000-0000-${String(n + 1).padStart(12, '0')}`);
    expect(Array.from(new Set(events.map(({ id }) => id))).sort()).toEqual(users);
    expect(Array.from(new Set(events.map(({ antennaId }) => antennaId))).sort()).toEqual([
      '00000000-0000-0000-0000-000000000000',
      '11111111-1111-1111-1111-111111111111',
      '22222222-2222-2222-2222-222222222222',
      '33333333-3333-3333-3333-333333333333',
      '44444444-4444-4444-4444-444444444444',
    ]);
    expect(new Set(events.map(({ app }) => app)).size).toBe(4);
  });

  it('are others too where asked for', () => {
    const ids = eventsOf(simulated({ users: 5, unknownUsers: 5, antennas: 30 }));
    expect(new Set(ids.map(({ id }) => id)).size).toBe(10);
    expect(ids.filter(({ id }) => id.startsWith('ffffffff'))).not.toHaveLength(0);
    expect(new Set(ids.map(({ antennaId }) => antennaId)).size).toBe(30);
  });
});

describe('event time in a simulation', () => {
  // from ├──────────────────────┤ to, evenly
  it('moves on from the first to the last, in order where nothing disturbs it', () => {
    const inOrder = eventsOf(simulated({ outOfOrderMs: 0, events: 14_400 })).map(({ eventTimeMs }) => eventTimeMs);
    expect(inOrder).toEqual(Array.from({ length: 14_400 }, (_, second) => FROM + second * 1000));
  });

  it('comes out of order by no more than asked for', () => {
    const delays = delaysOf(simulated({ outOfOrderMs: 30_000 }));
    expect(Math.max(...delays)).toBeGreaterThan(20_000);
    // Epoch seconds are cut by up to a second.
    expect(Math.max(...delays)).toBeLessThan(31_000);
  });

  it('comes late for the share that is asked for', () => {
    const late = delaysOf(simulated({ lateShare: 0.1, lateByMs: 3_600_000 })).filter((delay) => delay >= 3_000_000);
    expect(late.length / 2000).toBeGreaterThan(0.05);
    expect(late.length / 2000).toBeLessThan(0.12);
  });

  it('is written in each of the forms that are accepted', () => {
    const times = simulated().map(({ value }) => (JSON.parse(String(value)) as { timestamp: unknown }).timestamp);
    const forms = new Set(times.map((time) => String(time).replaceAll(/\d+/g, (digits) => String(digits.length))));
    expect(Array.from(forms).sort()).toEqual(['10', '13', '4-2-2T2:2:2.3+2:2', '4-2-2T2:2:2.3-2:2', '4-2-2T2:2:2.3Z']);
  });
});

describe('malformed records of a simulation', () => {
  it('are as many as asked for, of every reason', () => {
    const reasons = simulated({ malformedShare: 0.5 }).filter(({ fact }) => typeof fact === 'string');
    expect(reasons.length / 2000).toBeCloseTo(0.5, 1);
    expect(new Set(reasons.map(({ fact }) => fact))).toEqual(new Set(REJECTION_REASONS));
  });

  it('are none or all, if asked for', () => {
    expect(eventsOf(simulated({ malformedShare: 0 }))).toHaveLength(2000);
    expect(eventsOf(simulated({ malformedShare: 1 }))).toHaveLength(0);
  });
});

const usage: SimulatedRecord = {
  key: 'ana',
  value: null,
  fact: { eventTimeMs: 0, id: 'ana', antennaId: 'north', bytes: 2 ** 40, app: 'SKYPE' },
};
const malformed: SimulatedRecord = { key: 'ana', value: null, fact: 'tombstone' };

describe('the tally of a simulation', () => {
  it('counts events, their bytes and malformed records', () => {
    const tally = new Tally();
    for (const record of [usage, malformed, usage, malformed]) tally.add(record);
    expect(tally.records).toBe(4);
    expect(tally.toString()).toBe('2 events of 2,199,023,255,552 bytes, 2 malformed (1 reasons)');
  });

  it('of nothing is 0', () => {
    expect(new Tally().toString()).toBe('0 events of 0 bytes, 0 malformed');
  });
});
