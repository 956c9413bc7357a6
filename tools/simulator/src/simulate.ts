import type { RejectionReason, UsageEvent } from '@antenna/event-schema';
import { type Chance, seededChance } from './chance.ts';
import { dailyCurve, habits } from './daily-life.ts';
import { malformedRecord } from './malformed.ts';
import { type Population, populationOf, type PopulationOptions } from './population.ts';
import { writeTime } from './written-time.ts';

export interface SimulationOptions extends PopulationOptions {
  /** An integer of 32 bits; the same options with the same seed make the same bytes. */
  readonly seed: number;
  /** Event times are in [fromMs, toMs): milliseconds since 1970, no later than an hour from now. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How many records, malformed ones among them. */
  readonly events: number;
  /** Greatest number of bytes of an event; not for lifelike users, who have habits of their own. */
  readonly maxBytes: number;
  /** Events follow the hours of the day, and some users use far more than others. By default, both are even. */
  readonly isLifelike?: boolean;
  /** Events come up to this many milliseconds after their turn. */
  readonly outOfOrderMs: number;
  /** Share of events, from 0 to 1, that come `lateByMs` later than that. */
  readonly lateShare: number;
  readonly lateByMs: number;
  /** Share of records, from 0 to 1, that are no events. */
  readonly malformedShare: number;
}

/** A record to send, with what is true of it. */
export interface SimulatedRecord {
  readonly key: string;
  readonly value: Buffer | null;
  /** The event that it was written from, or why it is none; neither was found by decoding it. */
  readonly fact: UsageEvent | RejectionReason;
}

/** What every record of a simulation is made with. */
interface Simulation {
  readonly options: SimulationOptions;
  readonly population: Population;
  readonly chance: Chance;
  /** The greatest number of bytes of a user's events. */
  readonly maxBytesOf: (user: string) => number;
}

/**
 * Makes records in the order in which they are to be sent: event time moves on, evenly or by the hours of the day,
 * except for what comes late.
 */
export function* simulate(options: SimulationOptions): Generator<SimulatedRecord, void, undefined> {
  const { fromMs, toMs, events, isLifelike = false } = options;
  const population = populationOf(options);
  const habitOf = isLifelike ? habits(population.users, options) : undefined;
  const maxBytesOf = (user: string) => habitOf?.get(user) ?? options.maxBytes;
  const simulation = { options, population, chance: seededChance(options.seed), maxBytesOf };
  const curve = isLifelike ? dailyCurve(options) : undefined;
  for (let index = 0; index < events; index++) {
    const evenMs = fromMs + Math.floor(((toMs - fromMs) * index) / events);
    yield recordAt(curve?.(index / events) ?? evenMs, simulation);
  }
}

function recordAt(arrivalMs: number, simulation: Simulation): SimulatedRecord {
  const { options, population, chance } = simulation;
  const user = chance.oneOf(population.users);
  if (!chance.happens(options.malformedShare)) return usageOf(user, arrivalMs, simulation);
  const { value, reason } = malformedRecord(chance);
  return { key: user, value, fact: reason };
}

function usageOf(
  id: string,
  arrivalMs: number,
  { options, population, chance, maxBytesOf }: Simulation,
): SimulatedRecord {
  const { timestamp, eventTimeMs } = writeTime(usedAt(arrivalMs, options, chance), options.fromMs, chance);
  const antennaId = chance.oneOf(population.antennas);
  const bytes = chance.integer(0, maxBytesOf(id));
  const app = chance.oneOf(options.apps);
  const value = Buffer.from(JSON.stringify({ timestamp, id, antenna_id: antennaId, bytes, app }));
  return { key: id, value, fact: { eventTimeMs, id, antennaId, bytes, app } };
}

/** What would have happened before the simulated time happens somewhere in it instead. */
function usedAt(arrivalMs: number, options: SimulationOptions, chance: Chance): number {
  const lateMs = chance.happens(options.lateShare) ? options.lateByMs : 0;
  const timeMs = arrivalMs - lateMs - chance.integer(0, options.outOfOrderMs);
  return timeMs >= options.fromMs ? timeMs : chance.integer(options.fromMs, arrivalMs);
}
