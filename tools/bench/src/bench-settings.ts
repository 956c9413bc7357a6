import { listOf, optionalSetting, setting, settingsGroup, wholeNumber, yesOrNo } from '@antenna/cli';
import type { SuiteName } from './report/results.ts';
import type { SubscriberWorkload } from './subscribers/subscriber-workload.ts';
import type { Workload } from './workload/workload.ts';

/** How much is measured. */
export interface Sizes {
  /** The topic that is drained. */
  readonly workload: Workload;
  readonly rounds: {
    readonly product: number;
    readonly separate: number;
    readonly combined: number;
    /** Batch hours of Spark, the JVM of which takes its time. */
    readonly sparkBatch: number;
    readonly flinkStream: number;
    readonly flinkSql: number;
  };
  readonly freshness: {
    /** Events a second; undefined: half of what the product drains. */
    readonly productRates: readonly (number | undefined)[];
    readonly flinkStreamRates: readonly (number | undefined)[];
    readonly flinkSqlRates: readonly number[];
    readonly sparkUpdateRates: readonly number[];
    readonly sparkAppendRates: readonly number[];
    readonly seconds: number;
  };
  /** Topics of many subscribers. */
  readonly subscribers: readonly SubscriberWorkload[];
  readonly idle: { readonly settleSeconds: number; readonly seconds: number; readonly withSpark: boolean };
}

/** An hour and a quarter. */
const fullSizes: Sizes = {
  workload: { events: 5_000_000, users: 20_000, partitions: 4, hours: 3 },
  rounds: { product: 5, separate: 5, combined: 5, sparkBatch: 5, flinkStream: 5, flinkSql: 5 },
  freshness: {
    productRates: [1_000, 20_000, undefined],
    flinkStreamRates: [1_000, 20_000, undefined],
    flinkSqlRates: [1_000, 20_000],
    sparkUpdateRates: [1_000, 20_000],
    sparkAppendRates: [1_000],
    seconds: 60,
  },
  subscribers: [
    { users: 1_000_000, eventsPerWindow: 1, windows: 3 },
    { users: 1_000_000, eventsPerWindow: 20, windows: 1 },
  ],
  idle: { settleSeconds: 20, seconds: 60, withSpark: true },
};

/** 110 million events: 21 GB of topics, and an hour of drains. */
const mostSubscribers: readonly SubscriberWorkload[] = [
  { users: 5_000_000, eventsPerWindow: 1, windows: 2 },
  { users: 5_000_000, eventsPerWindow: 20, windows: 1 },
];

/** Less than five minutes: small enough that the start of a process weighs more than it should. */
const quickSizes: Sizes = {
  workload: { events: 300_000, users: 5_000, partitions: 4, hours: 3 },
  rounds: { product: 3, separate: 1, combined: 3, sparkBatch: 1, flinkStream: 3, flinkSql: 1 },
  freshness: {
    productRates: [20_000],
    flinkStreamRates: [],
    flinkSqlRates: [],
    sparkUpdateRates: [],
    sparkAppendRates: [],
    seconds: 15,
  },
  subscribers: [
    { users: 2_000, eventsPerWindow: 1, windows: 3 },
    { users: 2_000, eventsPerWindow: 20, windows: 1 },
  ],
  idle: { settleSeconds: 5, seconds: 15, withSpark: false },
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
const all = [...usual, 'hour', ...growth, 'subscribers'] as const;

const peerNames = ['spark', 'flink', 'none'] as const;
/** `none` stands for itself alone. */
export type PeerName = (typeof peerNames)[number];

export interface BenchOptions {
  readonly suites: readonly SuiteName[];
  readonly sizes: Sizes;
  /** Small figures are kept apart. */
  readonly isQuick: boolean;
  readonly peers: readonly PeerName[];
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
    mostSubscribers: setting({
      name: 'most-subscribers',
      description: 'suite subscribers: also five million users, 21 GB of topics',
      type: yesOrNo,
      default: 'false',
    }),
    only: optionalSetting({ name: 'only', description: 'these suites and no others', type: listOf(all) }),
    events: optionalSetting({
      name: 'events',
      description: 'events of the topic that is drained',
      type: wholeNumber(1_000, 100_000_000),
    }),
    peers: setting({
      name: 'peers',
      description: 'who is measured beside the product (Spark wants Python 3.11)',
      type: listOf(peerNames),
      default: 'spark,flink',
    }),
    keep: setting({
      name: 'keep',
      description: "leave the benchmark's servers running for the next time",
      type: yesOrNo,
      default: 'false',
    }),
  },
  value: ({ quick, full, growth: withGrowth, mostSubscribers: withMost, only, events, peers, keep }): BenchOptions => {
    const usualSizes = quick ? quickSizes : fullSizes;
    const sizes = withMost
      ? { ...usualSizes, subscribers: [...usualSizes.subscribers, ...mostSubscribers] }
      : usualSizes;
    return {
      suites: only ?? [...usual, ...(full ? (['hour'] as const) : []), ...(withGrowth ? growth : [])],
      sizes: events === undefined ? sizes : { ...sizes, workload: { ...sizes.workload, events } },
      isQuick: quick || events !== undefined,
      peers,
      keep,
    };
  },
});
