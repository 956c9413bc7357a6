import type { UsageEvent } from '@antenna/event-schema';
import { type Chance, seededChance, simulate, type SimulatedRecord } from '@antenna/simulator';
import type { RoundPlan } from '../run/plan.ts';

const HOUR_MS = 3_600_000;
const FROM_MS = Date.UTC(2022, 9, 29);

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
  for (let round = 0; round === 0 || !enough.aborted; round += 1) {
    for (const record of withWrongClocks(records(seed + round, events), events, seededChance(seed + round))) {
      if (round > 0 && enough.aborted) return;
      yield record;
    }
  }
}

/** How many events of a run get a wrong time. They are few, since each makes a file and an hour of its own. */
const WRONG_CLOCKS = 20;
const YEARS_MS = 3 * 365 * 24 * HOUR_MS;

/** Gives some events, evenly, a time anywhere in three years. */
function* withWrongClocks(
  records: Iterable<SimulatedRecord>,
  events: number,
  chance: Chance,
): Generator<SimulatedRecord, void, undefined> {
  const every = Math.ceil(events / WRONG_CLOCKS);
  let index = 0;
  for (const record of records) {
    index += 1;
    yield index % every === 0
      ? changed(record, { eventTimeMs: FROM_MS - YEARS_MS / 2 + HOUR_MS * chance.integer(0, YEARS_MS / HOUR_MS) })
      : record;
  }
}

function changed(record: SimulatedRecord, change: Partial<UsageEvent>): SimulatedRecord {
  if (typeof record.fact === 'string') return record;
  const fact = { ...record.fact, ...change };
  const { id, antennaId, bytes, app } = fact;
  const timestamp = new Date(fact.eventTimeMs).toISOString();
  const value = Buffer.from(JSON.stringify({ timestamp, id, antenna_id: antennaId, bytes, app }));
  return { key: id, value, fact };
}

/** Some events of the first hour. */
export function someEvents(seed: number, count: number): readonly SimulatedRecord[] {
  return [...records(seed, 2 * count)].filter(({ fact }) => typeof fact !== 'string').slice(0, count);
}

/** Some events of one person in the first hour. */
export function eventsOf(id: string, seed: number, count: number): readonly SimulatedRecord[] {
  return someEvents(seed, count).map((record) => changed(record, { id }));
}

function records(seed: number, events: number): Iterable<SimulatedRecord> {
  const hours = Math.min(MOST_HOURS, Math.ceil(events / RECORDS_PER_HOUR));
  return simulate({
    seed,
    fromMs: FROM_MS,
    toMs: FROM_MS + hours * HOUR_MS,
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
