import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random choices: the same seed makes the same ones, on every machine. */
export interface Chance {
  /** From `min` to `max`, both possible. */
  integer(min: number, max: number): number;
  /** @param share of times that it happens, from 0 to 1. */
  happens(share: number): boolean;
  oneOf<T>(items: readonly [T, ...T[]]): T;
}

const STEPS = 2 ** 30;

/** @param seed an integer of 32 bits. */
export function seededChance(seed: number): Chance {
  const generator = xoroshiro128plus(seed);
  const integer = (min: number, max: number): number => uniformInt(generator, min, max);
  return {
    integer,
    happens: (share) => integer(0, STEPS - 1) < share * STEPS,
    oneOf: (items) => items[integer(0, items.length - 1)] ?? items[0],
  };
}
