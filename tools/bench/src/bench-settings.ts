import { listOf, optionalSetting, setting, settingsGroup, wholeNumber, yesOrNo } from '@antenna/cli';
import type { SuiteName } from './results/results.ts';
import { fullSizes, quickSizes, type Sizes } from './suites/sizes.ts';

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
    quick: setting({ name: 'quick', description: 'small sizes: less than 5 minutes', kind: yesOrNo, default: 'false' }),
    full: setting({
      name: 'full',
      description: 'also a batch hour of 50 million events',
      kind: yesOrNo,
      default: 'false',
    }),
    growth: setting({
      name: 'growth',
      description: 'also how everything grows, and the files of the archive',
      kind: yesOrNo,
      default: 'false',
    }),
    only: optionalSetting({ name: 'only', description: 'these suites and no others', kind: listOf(all) }),
    events: optionalSetting({
      name: 'events',
      description: 'events of the topic that is drained',
      kind: wholeNumber(1_000, 100_000_000),
    }),
    peer: setting({
      name: 'peer',
      description: 'measure Spark, too (false where there is no Python 3.11)',
      kind: yesOrNo,
      default: 'true',
    }),
    keep: setting({
      name: 'keep',
      description: "leave the benchmark's servers running for the next time",
      kind: yesOrNo,
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
