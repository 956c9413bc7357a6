import type { BatchRun, DrainRun } from '../results/runs.ts';
import { spreadOf } from '../statistics/spread.ts';
import { numberText, spreadText } from './number-text.ts';
import type { Table } from './table.ts';

const MIB = 1_048_576;

/** A row for each contestant and each value of what was varied. */
export function drainGrowthTable(runs: readonly DrainRun[], varied: 'partitions' | 'workers' | 'users'): Table {
  return {
    head: [varied, 'contestant', 'events/s', 'worker CPU s per million', 'Postgres CPU s per million', 'peak MiB'],
    rows: groups(runs, varied).map(([value, contestant, its]) => [
      numberText(value, 0),
      contestant,
      spread(its, 0, (run) => run.events / run.drainSeconds),
      spread(its, 2, (run) => (run.cpuSeconds / run.events) * 1e6),
      spread(its, 2, (run) => (run.postgresCpuSeconds / run.events) * 1e6),
      spread(its, 0, (run) => run.peakMemoryBytes / MIB),
    ]),
  };
}

export function batchGrowthTable(runs: readonly BatchRun[], varied: 'events' | 'files'): Table {
  return {
    head: [`${varied} of the hour`, 'contestant', 'wall s', 'CPU s', 'peak MiB'],
    rows: groups(runs, varied).map(([value, contestant, its]) => [
      numberText(value, 0),
      contestant,
      spread(its, 2, (run) => run.wallSeconds),
      spread(its, 2, (run) => run.cpuSeconds),
      spread(its, 0, (run) => run.peakMemoryBytes / MIB),
    ]),
  };
}

function groups<Run extends { readonly contestant: string } & Readonly<Record<Key, number>>, Key extends string>(
  runs: readonly Run[],
  varied: Key,
): (readonly [value: number, contestant: string, runs: readonly Run[]])[] {
  const byValue = Map.groupBy(runs, (run): number => run[varied]);
  return [...byValue].flatMap(([value, its]) =>
    [...Map.groupBy(its, ({ contestant }) => contestant)].map(
      ([contestant, same]) => [value, contestant, same] as const,
    ),
  );
}

function spread<Run>(runs: readonly Run[], digits: number, of: (run: Run) => number): string {
  return spreadText(spreadOf(runs.map(of)), digits);
}
