import type { Findings, SuiteName } from '../results/results.ts';
import { batchOfHour } from './batch-of-hour.ts';
import type { BenchContext } from './bench-context.ts';
import { files } from './files.ts';
import { freshness } from './freshness.ts';
import { hourEvents, hourFiles, limitedWorkers, partitions, users, workers } from './growth.ts';
import { idle } from './idle.ts';
import { rounds } from './rounds.ts';
import { topRate } from './top-rate.ts';

/** @param found so far: some suites take their rates from others. */
type Suite<Name extends SuiteName> = (context: BenchContext, found: Findings) => Promise<NonNullable<Findings[Name]>>;

const LARGE_HOUR = { events: 50_000_000, users: 20_000, files: 40 };

const suites: { readonly [Name in SuiteName]: Suite<Name> } = {
  rounds,
  freshness: (context, found) => freshness(context, topRate(found)),
  idle,
  hour: (context) => batchOfHour(context, LARGE_HOUR, { product: 3, peer: 1 }),
  partitions,
  workers,
  limitedWorkers,
  users,
  hourEvents,
  hourFiles,
  files,
};

/** Runs one suite. @returns its findings beside the others'. */
export async function withSuite(name: SuiteName, context: BenchContext, found: Findings): Promise<Findings> {
  return { ...found, [name]: await suites[name](context, found) };
}
