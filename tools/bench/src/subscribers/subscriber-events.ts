import { type Chance, seededChance } from '@antenna/simulator';
import { ANTENNAS, APPS, MAX_BYTES } from '../hour/hour-truth.ts';
import { FROM_MS } from '../workload/workload.ts';
import { type SubscriberWorkload, WINDOW_MS } from './subscriber-workload.ts';

/** An event, with user, antenna and app by their numbers. */
export interface SubscriberEvent {
  /** Whole seconds, the form that Spark's job reads. */
  readonly eventTimeMs: number;
  readonly user: number;
  readonly antenna: number;
  readonly app: number;
  readonly bytes: number;
}

const SEED = 11;

/** The events of a workload in the order of their times, which pass evenly through each window: always the same ones. */
export function* subscriberEvents(workload: SubscriberWorkload): Generator<SubscriberEvent, void, undefined> {
  const chance = seededChance(SEED);
  for (let window = 0; window < workload.windows; window += 1) {
    yield* eventsOfWindow(workload, FROM_MS + window * WINDOW_MS, chance);
  }
}

function* eventsOfWindow(
  { users, eventsPerWindow }: SubscriberWorkload,
  startMs: number,
  chance: Chance,
): Generator<SubscriberEvent, void, undefined> {
  const secondsPerEvent = WINDOW_MS / 1000 / (users * eventsPerWindow);
  let sent = 0;
  for (let round = 0; round < eventsPerWindow; round += 1) {
    for (const user of shuffledUsers(users, chance)) {
      yield {
        eventTimeMs: startMs + Math.floor(sent * secondsPerEvent) * 1000,
        user,
        antenna: chance.integer(0, ANTENNAS - 1),
        app: chance.integer(0, APPS.length - 1),
        bytes: chance.integer(0, MAX_BYTES - 1),
      };
      sent += 1;
    }
  }
}

/** Each user once, in an order of its own: a random step that has no divisor in common with the users meets them all. */
function* shuffledUsers(users: number, chance: Chance): Generator<number, void, undefined> {
  let step = chance.integer(1, users);
  while (greatestCommonDivisor(step, users) !== 1) step += 1;
  let user = chance.integer(0, users - 1);
  for (let met = 0; met < users; met += 1) {
    yield user;
    user = (user + step) % users;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
