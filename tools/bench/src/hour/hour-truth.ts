import { type KeyedRow, Truth } from '@antenna/truth';
import type { BenchUser } from '../workload/users.ts';
import { FROM_MS } from '../workload/workload.ts';
import { ANTENNAS, APPS, choice, FACTORS, type HourFacts, idOfAntenna, idOfUser, MAX_BYTES } from './hour-facts.ts';

/** The answer for an hour: each of its events added to three sums, one after the other. */
export function hourTruth({ events, users }: HourFacts): Truth {
  const sums = {
    user: new Float64Array(users),
    antenna: new Float64Array(ANTENNAS),
    app: new Float64Array(APPS.length),
  };
  for (let event = 0; event < events; event++) {
    const bytes = choice(event, FACTORS.bytes, MAX_BYTES);
    add(sums.user, choice(event, FACTORS.user, users), bytes);
    add(sums.antenna, choice(event, FACTORS.antenna, ANTENNAS), bytes);
    add(sums.app, choice(event, FACTORS.app, APPS.length), bytes);
  }
  const hours = [
    ...rowsOf('user_total_bytes', sums.user, idOfUser),
    ...rowsOf('antenna_total_bytes', sums.antenna, idOfAntenna),
    ...rowsOf('app_total_bytes', sums.app, (index) => APPS[index] ?? ''),
  ];
  return new Truth({ events, hours, windows: [], deadLetters: [] });
}

/** Users of whom about half are over their quota. */
export function hourUsers({ events, users }: HourFacts): readonly BenchUser[] {
  const usual = (events / users) * (MAX_BYTES / 2);
  return Array.from({ length: users }, (_, index) => ({
    id: idOfUser(index),
    name: `user${index}`,
    email: `user${index}@example.com`,
    quota: BigInt(Math.round(usual * (0.9 + (index % 21) / 100))),
  }));
}

function add(sums: Float64Array, index: number, bytes: number): void {
  sums[index] = (sums[index] ?? 0) + bytes;
}

/** A sum stays below 2^53: 50 million events come to 5 * 10^11 bytes. */
function rowsOf(type: string, sums: Float64Array, idOf: (index: number) => string): KeyedRow<bigint>[] {
  const hour = new Date(FROM_MS).toISOString().replace('.000Z', 'Z');
  return Array.from(sums, (sum, index): KeyedRow<bigint> => [`${hour} ${type} ${idOf(index)}`, BigInt(sum)]);
}
