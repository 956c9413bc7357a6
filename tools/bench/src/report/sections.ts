import { textTable } from '@antenna/cli';
import { comparisonsOf, comparisonTable } from './comparison.ts';
import { batchMetrics, drainMetrics, largeHourTargets, usualHourTargets } from './metrics.ts';
import type { DrainRun, Findings, SuiteName } from './results.ts';
import type { Table } from './table.ts';
import {
  batchGrowthTable,
  drainGrowthTable,
  filesTable,
  freshnessTable,
  idleTable,
  subscribersTable,
  transportTable,
} from './tables.ts';

/** What is shown of a suite. */
export interface Section {
  readonly suite: SuiteName;
  readonly title: string;
  readonly table: Table;
}

/** The tables of all that was found. */
export function sectionsOf(findings: Findings): readonly Section[] {
  const { rounds, freshness, idle, hour, partitions, workers, limitedWorkers, users, subscribers } = findings;
  const { hourEvents, hourFiles, files } = findings;
  return [
    ...(rounds === undefined ? [] : roundsSections(rounds)),
    section('hour', 'Batch hour of 50 million events', hour, (runs) =>
      comparisonTable(comparisonsOf(batchMetrics(largeHourTargets), runs)),
    ),
    section('freshness', 'From arrival in Kafka to the row', freshness, freshnessTable),
    section('idle', 'CPU while nothing happens', idle, idleTable),
    section('partitions', 'By partitions', partitions, (runs) => drainGrowthTable(runs, 'partitions')),
    section('workers', 'By workers', workers, (runs) => drainGrowthTable(runs, 'workers')),
    section('limitedWorkers', 'By workers, each held to a quarter of a core', limitedWorkers, (runs) =>
      drainGrowthTable(runs, 'workers'),
    ),
    section('users', 'By users', users, (runs) => drainGrowthTable(runs, 'users')),
    section('subscribers', 'By subscribers and their events', subscribers, subscribersTable),
    section('hourEvents', 'Batch hour by events', hourEvents, (runs) => batchGrowthTable(runs, 'events')),
    section('hourFiles', 'Batch hour by files', hourFiles, (runs) => batchGrowthTable(runs, 'files')),
    section('files', 'Files of the archive', files, filesTable),
  ].filter((it) => it !== undefined);
}

function roundsSections({ transport, drains, batches }: NonNullable<Findings['rounds']>): readonly Section[] {
  const suite = 'rounds';
  return [
    ...drainSections(drains),
    { suite, title: 'What Kafka can deliver', table: transportTable(transport) },
    { suite, title: 'Batch hour', table: comparisonTable(comparisonsOf(batchMetrics(usualHourTargets), batches)) },
  ];
}

/** A table for each family of peers: one for all would be too wide. */
function drainSections(drains: readonly DrainRun[]): readonly Section[] {
  const families = [...new Set(drains.map(familyOf))].filter((family) => family !== 'product');
  const table = (family: string): Table =>
    comparisonTable(
      comparisonsOf(
        drainMetrics,
        drains.filter((run) => ['product', family].includes(familyOf(run))),
      ),
    );
  const title = 'Draining a backlog';
  if (families.length === 0) return [{ suite: 'rounds', title, table: table('product') }];
  return families.map((family) => ({ suite: 'rounds', title: `${title}, beside ${family}`, table: table(family) }));
}

/** `Spark` of `spark combined`. */
function familyOf({ contestant }: DrainRun): string {
  if (contestant.startsWith('spark')) return 'Spark';
  return contestant.startsWith('flink') ? 'Flink' : 'product';
}

function section<T>(
  suite: SuiteName,
  title: string,
  found: readonly T[] | undefined,
  table: (runs: readonly T[]) => Table,
): Section | undefined {
  return found === undefined ? undefined : { suite, title, table: table(found) };
}

/** The tables, for a console. */
export function consoleReport(findings: Findings): string {
  return sectionsOf(findings)
    .map(({ title, table: { head, rows } }) => `${title}\n${textTable(head, rows, [...head.keys()].slice(1))}\n`)
    .join('\n');
}
