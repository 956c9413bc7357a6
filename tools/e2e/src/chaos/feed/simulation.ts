import type { UsageEvent } from '@antenna/event-schema';
import { type Chance, seededChance, simulate, type SimulatedRecord } from '@antenna/simulator';
import type { RoundPlan } from '../run/plan.ts';

const HOUR_MS = 3_600_000;

/** Half of the hours lie before this first instant of a month, so that retention can remove a part of the stream. */
export const MONTH_MS = Date.UTC(2022, 10);

/** One hour before the month begins, and one after. */
const LEAST_HOURS = 2;
const MOST_HOURS = 48;
const RECORDS_PER_HOUR = 20_000;

/**
 * Events of some hundred users over some hours, of which some are late, some records are none, and some devices have
 * clocks that are wrong: as many as planned, and further ones of the same hours until the signal is aborted.
 */
export function* simulation(
  { seed, events }: Pick<RoundPlan, 'seed' | 'events'>,
  enough: AbortSignal,
): Generator<SimulatedRecord, void, undefined> {
  const hours = Math.min(MOST_HOURS, Math.max(LEAST_HOURS, Math.ceil(events / RECORDS_PER_HOUR)));
  for (let round = 0; round === 0 || !enough.aborted; round += 1) {
    for (const record of withWrongClocks(records(seed + round, events, hours), events, seededChance(seed + round))) {
      if (round > 0 && enough.aborted) return;
      yield record;
    }
  }
}

/** How many events of a run get a wrong time, at most. They are few, since nearly each makes a file of its own. */
const WRONG_CLOCKS = 20;
const LEAST_BETWEEN = 2_000;
const MONTHS_APART_MS = 150 * 24 * HOUR_MS;

/**
 * Hours of a year and a half before the month and of as much after it. Devices whose clocks stand still send events of one
 * hour again and again. If each came with another hour, one that was never computed would always keep retention away.
 */
const WRONG_HOURS = [-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5].map((number) => MONTH_MS + number * MONTHS_APART_MS);

/** Gives some events, evenly, the time of a clock that stands still. */
function* withWrongClocks(
  records: Iterable<SimulatedRecord>,
  events: number,
  chance: Chance,
): Generator<SimulatedRecord, void, undefined> {
  const every = Math.max(LEAST_BETWEEN, Math.ceil(events / WRONG_CLOCKS));
  let index = 0;
  for (const record of records) {
    index += 1;
    yield index % every === 0
      ? changed(record, { eventTimeMs: WRONG_HOURS[chance.integer(0, WRONG_HOURS.length - 1)] ?? MONTH_MS })
      : record;
  }
}

function changed(record: SimulatedRecord, change: Partial<UsageEvent>, laterMs = 0): SimulatedRecord {
  if (typeof record.fact === 'string') return record;
  const fact = { ...record.fact, eventTimeMs: record.fact.eventTimeMs + laterMs, ...change };
  const { id, antennaId, bytes, app } = fact;
  const timestamp = new Date(fact.eventTimeMs).toISOString();
  const value = Buffer.from(JSON.stringify({ timestamp, id, antenna_id: antennaId, bytes, app }));
  return { key: id, value, fact };
}

/** The same events with event times that are so many hours later. */
export function* later(records: Iterable<SimulatedRecord>, hours: number): Generator<SimulatedRecord, void, undefined> {
  for (const record of records) yield changed(record, {}, hours * HOUR_MS);
}

/** Some events of the last hour before the month begins. */
export function someEvents(seed: number, count: number): readonly SimulatedRecord[] {
  return [...records(seed, 2 * count, 1)].filter(({ fact }) => typeof fact !== 'string').slice(0, count);
}

/** Some events of one person in the hour before the month begins, or in the one after. */
export function eventsOf(id: string, seed: number, count: number): readonly SimulatedRecord[] {
  const laterMs = (seed % 2) * HOUR_MS;
  return someEvents(seed, count).map((record) => changed(record, { id }, laterMs));
}

function records(seed: number, events: number, hours: number): Iterable<SimulatedRecord> {
  const fromMs = MONTH_MS - Math.ceil(hours / 2) * HOUR_MS;
  return simulate({
    seed,
    fromMs,
    toMs: fromMs + hours * HOUR_MS,
    events,
    users: 100,
    unknownUsers: 20,
    antennas: 20,
    apps: ['SKYPE', 'FACETIME', 'TELEGRAM', 'FACEBOOK'],
    maxBytes: 100_000,
    outOfOrderMs: 60_000,
    lateShare: 0.02,
    lateByMs: 2 * HOUR_MS,
    // Rare, so that most commits are without: a dead letter that came twice would be refused by its key.
    malformedShare: 0.001,
  });
}
