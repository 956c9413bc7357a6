import { simulate, type SimulatedRecord } from '@antenna/simulator';
import type { RoundPlan } from './plan.ts';

const HOUR_MS = 3_600_000;
const FROM_MS = Date.UTC(2022, 9, 29);

const MOST_HOURS = 48;
const RECORDS_PER_HOUR = 20_000;

/**
 * Events of some hundred users over some hours, of which some are late and some records are none: as many as planned,
 * and further ones of the same hours until the signal is aborted.
 */
export function* simulation(
  { seed, events }: RoundPlan,
  enough: AbortSignal,
): Generator<SimulatedRecord, void, undefined> {
  for (let round = 0; round === 0 || !enough.aborted; round += 1) {
    for (const record of records(seed + round, events)) {
      if (round > 0 && enough.aborted) return;
      yield record;
    }
  }
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
