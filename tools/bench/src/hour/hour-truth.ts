import { type KeyedRow, Truth } from '@antenna/oracle';
import { type BenchUser, deviceId, FROM_MS } from '../workload/workload.ts';

/** An hour of events that follow from their numbers, so that their sums can be added up without them. */
export interface HourFacts {
  readonly events: number;
  readonly users: number;
  /** Parquet files that they are in. */
  readonly files: number;
}

export const HOUR_MS = 3_600_000;
export const ANTENNAS = 50;
export const APPS = ['SKYPE', 'FACETIME', 'TELEGRAM', 'FACEBOOK'] as const;
export const MAX_BYTES = 10_000;

/** Odd numbers by which the number of an event is multiplied (modulo 2^32): each spreads evenly what it chooses. */
export const FACTORS = { user: 2_654_435_761, antenna: 2_246_822_519, app: 3_266_489_917, bytes: 668_265_263 } as const;

export function idOfUser(index: number): string {
  return deviceId(`user ${index}`);
}

export function idOfAntenna(index: number): string {
  return deviceId(`antenna ${index}`);
}

/** Which of `count` the event has: the high half of the product, as in Fibonacci hashing. */
function choice(event: number, factor: number, count: number): number {
  return Math.floor(((Math.imul(event, factor) >>> 0) / 2 ** 32) * count);
}

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
