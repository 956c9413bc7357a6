import type { Chance } from '@antenna/simulator';

/**
 * How a transaction ends. `die`: its producer goes away and leaves it open; `hang`: its producer commits only when the
 * broker has given it up. Both hold back what follows in their partitions until the broker's time-out.
 */
export type TransactionEnding = 'commit' | 'abort' | 'die' | 'hang';

export interface TransactionPlan {
  readonly ending: TransactionEnding;
  /** Each send goes to one of them. */
  readonly partitions: readonly [number, ...number[]];
  /** How many records each send has. */
  readonly sends: readonly number[];
  /** Before each send, and before the end. */
  readonly pauseMs: number;
}

/** Transactions go to every third partition, so that several of them are often open at once in one. */
const EVERY = 3;
const MOST_SENDS = 4;
const MOST_RECORDS = 30;
const MOST_PAUSE_MS = 300;

/** Of ten transactions five commit, three abort, one dies and one hangs. */
const ENDINGS = [
  ...Array<TransactionEnding>(5).fill('commit'),
  ...Array<TransactionEnding>(3).fill('abort'),
  'die',
  'hang',
] as const;

/** What one producer does with its next transaction: a pure function of `chance`. */
export function transactionPlan(partitions: number, chance: Chance): TransactionPlan {
  const places = Math.ceil(partitions / EVERY);
  const place = (): number => EVERY * chance.integer(0, places - 1);
  return {
    ending: ENDINGS[chance.integer(0, ENDINGS.length - 1)] ?? 'commit',
    partitions: [place(), place()],
    sends: Array.from({ length: chance.integer(1, MOST_SENDS) }, () => chance.integer(1, MOST_RECORDS)),
    pauseMs: chance.integer(0, MOST_PAUSE_MS),
  };
}
