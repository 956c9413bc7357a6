import { listOf, optionalSetting, setting, settingsGroup, wholeNumber, yesOrNo } from '@antenna/cli';
import type { SuiteName } from './report/results.ts';
import type { Workload } from './workload/workload.ts';

/** How much is measured. */
export interface Sizes {
  /** The topic that is drained. */
  readonly workload: Workload;
  readonly rounds: {
    readonly product: number;
    readonly separate: number;
    readonly combined: number;
    /** Batch hours of the peer, the JVM of which takes its time. */
    readonly peerBatch: number;
  };
  readonly freshness: {
    /** Events a second; undefined: half of what the product drains. */
    readonly productRates: readonly (number | undefined)[];
    readonly peerUpdateRates: readonly number[];
    readonly peerAppendRates: readonly number[];
    readonly seconds: number;
  };
  readonly idle: { readonly settleSeconds: number; readonly seconds: number; readonly withPeer: boolean };
}

/** Three quarters of an hour. */
const fullSizes: Sizes = {
  workload: { events: 5_000_000, users: 20_000, partitions: 4, hours: 3 },
  rounds: { product: 5, separate: 5, combined: 5, peerBatch: 5 },
  freshness: {
    productRates: [1_000, 20_000, undefined],
    peerUpdateRates: [1_000, 20_000],
    peerAppendRates: [1_000],
    seconds: 60,
  },
  idle: { settleSeconds: 20, seconds: 60, withPeer: true },
};

/** Less than five minutes: small enough that the start of a process weighs more than it should. */
const quickSizes: Sizes = {
  workload: { events: 300_000, users: 5_000, partitions: 4, hours: 3 },
  rounds: { product: 3, separate: 1, combined: 3, peerBatch: 1 },
  freshness: { productRates: [20_000], peerUpdateRates: [], peerAppendRates: [], seconds: 15 },
  idle: { settleSeconds: 5, seconds: 15, withPeer: false },
};

const usual = ['rounds', 'freshness', 'idle'] as const satisfies readonly SuiteName[];
const growth = [
  'partitions',
  'workers',
  'limitedWorkers',
  'users',
  'hourEvents',
  'hourFiles',
  'files',
] as const satisfies readonly SuiteName[];
const all = [...usual, 'hour', ...growth] as const;

export interface BenchOptions {
  readonly suites: readonly SuiteName[];
  readonly sizes: Sizes;
  /** Small figures are kept apart. */
  readonly isQuick: boolean;
  readonly withPeer: boolean;
  readonly keep: boolean;
}

export const benchSettings = settingsGroup({
  title: 'Bench',
  fields: {
    quick: setting({ name: 'quick', description: 'small sizes: less than 5 minutes', type: yesOrNo, default: 'false' }),
    full: setting({
      name: 'full',
      description: 'also a batch hour of 50 million events',
      type: yesOrNo,
      default: 'false',
    }),
    growth: setting({
      name: 'growth',
      description: 'also how everything grows, and the files of the archive',
      type: yesOrNo,
      default: 'false',
    }),
    only: optionalSetting({ name: 'only', description: 'these suites and no others', type: listOf(all) }),
    events: optionalSetting({
      name: 'events',
      description: 'events of the topic that is drained',
      type: wholeNumber(1_000, 100_000_000),
    }),
    peer: setting({
      name: 'peer',
      description: 'measure Spark, too (false where there is no Python 3.11)',
      type: yesOrNo,
      default: 'true',
    }),
    keep: setting({
      name: 'keep',
      description: "leave the benchmark's servers running for the next time",
      type: yesOrNo,
      default: 'false',
    }),
  },
  value: ({ quick, full, growth: withGrowth, only, events, peer, keep }): BenchOptions => {
    const sizes = quick ? quickSizes : fullSizes;
    return {
      suites: only ?? [...usual, ...(full ? (['hour'] as const) : []), ...(withGrowth ? growth : [])],
      sizes: events === undefined ? sizes : { ...sizes, workload: { ...sizes.workload, events } },
      isQuick: quick || events !== undefined,
      withPeer: peer,
      keep,
    };
  },
});
