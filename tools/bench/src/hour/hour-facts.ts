import { deviceId } from '../workload/device-id.ts';

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
export function choice(event: number, factor: number, count: number): number {
  return Math.floor(((Math.imul(event, factor) >>> 0) / 2 ** 32) * count);
}
