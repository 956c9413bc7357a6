import { spreadOf } from '../measure/statistics.ts';
import type { Findings, SuiteName } from '../report/results.ts';
import { batchOfHour } from './batch-of-hour.ts';
import { files } from './files.ts';
import { freshness } from './freshness.ts';
import { hourEvents, hourFiles, limitedWorkers, partitions, users, workers } from './growth.ts';
import { idle } from './idle.ts';
import { rounds } from './rounds.ts';
import { subscribers } from './subscribers.ts';
import type { BenchContext } from './suite.ts';

/** @param found so far: some suites take their rates from others. */
type Suite<Name extends SuiteName> = (context: BenchContext, found: Findings) => Promise<NonNullable<Findings[Name]>>;

const LARGE_HOUR = { events: 50_000_000, users: 20_000, files: 40 };

const suites: { readonly [Name in SuiteName]: Suite<Name> } = {
  rounds,
  freshness: (context, found) => freshness(context, topRate(found)),
  idle,
  hour: (context) => batchOfHour(context, LARGE_HOUR, { product: 3, spark: 1 }),
  partitions,
  workers,
  limitedWorkers,
  users,
  subscribers,
  hourEvents,
  hourFiles,
  files,
};

/** Runs one suite. @returns its findings beside the others'. */
export async function withSuite(name: SuiteName, context: BenchContext, found: Findings): Promise<Findings> {
  return { ...found, [name]: await suites[name](context, found) };
}

/** The estimate that is used before the first drain of a topic. */
const ASSUMED = 200_000;

/** How many events a second the product drains: the median of what was found. */
function topRate({ rounds }: Findings): number {
  const drains = rounds?.drains.filter(({ contestant }) => contestant === 'product') ?? [];
  if (drains.length === 0) return ASSUMED;
  return spreadOf(drains.map(({ events, drainSeconds }) => events / drainSeconds)).median;
}
