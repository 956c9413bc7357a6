import { spreadOf } from '../measure/statistics.ts';
import type { BatchRun, DrainRun, FilesRun, FreshnessRun, IdleRun, SubscriberRun, TransportRun } from './results.ts';
import { numberText, spreadText, type Table } from './table.ts';

const KIB = 1024;

export function transportTable(runs: readonly TransportRun[]): Table {
  const spread = (of: (run: TransportRun) => number, digits: number): string =>
    spreadText(spreadOf(runs.map(of)), digits);
  return {
    head: ["Kafka's own consumer, which does nothing", ''],
    rows: [
      ['records/s', spread((run) => run.records / run.seconds, 0)],
      ['CPU s per million records: consumer, start included', spread((run) => (run.cpuSeconds / run.records) * 1e6, 2)],
      ['… broker', spread((run) => (run.brokerCpuSeconds / run.records) * 1e6, 2)],
    ],
  };
}

export function freshnessTable(runs: readonly FreshnessRun[]): Table {
  const ms = (value: number | undefined): string => (value === undefined ? '–' : numberText(value, 0));
  return {
    head: ['', 'events/s wanted', 'events/s sent', 'p50 ms', 'p99 ms', 'max ms', 'probes', 'never counted'],
    rows: runs.map((run) => [
      run.contestant,
      numberText(run.wantedPerSecond, 0),
      numberText(run.eventsPerSecond, 0),
      ms(run.p50Ms),
      ms(run.p99Ms),
      ms(run.maxMs),
      numberText(run.probes, 0),
      numberText(run.missing, 0),
    ]),
  };
}

export function idleTable(runs: readonly IdleRun[]): Table {
  const percent = (share: number): string => `${numberText(share * 100, 2)} %`;
  return {
    head: ['of a core', 'worker', 'Postgres', 'broker', 'seconds'],
    rows: runs.map((run) => [
      run.contestant,
      percent(run.worker),
      percent(run.postgres),
      percent(run.broker),
      numberText(run.seconds, 0),
    ]),
  };
}

export function filesTable(runs: readonly FilesRun[]): Table {
  return {
    head: ['events/s', 'files an hour', 'KiB per file', 'files seen', 'in minutes'],
    rows: runs.map((run) => [
      numberText(run.eventsPerSecond, 0),
      numberText(run.filesPerHour, 0),
      numberText(run.bytesPerFile / KIB, 1),
      numberText(run.files, 0),
      numberText(run.minutes, 0),
    ]),
  };
}

const MIB = 1_048_576;

/** What is shown of the drains of one contestant where something is varied. */
const DRAIN_FIGURES = ['events/s', 'worker CPU s per million', 'Postgres CPU s per million', 'peak MiB'] as const;

function drainFigures(runs: readonly DrainRun[]): readonly string[] {
  return [
    spread(runs, 0, (run) => run.events / run.drainSeconds),
    spread(runs, 2, (run) => (run.cpuSeconds / run.events) * 1e6),
    spread(runs, 2, (run) => (run.postgresCpuSeconds / run.events) * 1e6),
    spread(runs, 0, (run) => run.peakMemoryBytes / MIB),
  ];
}

/** A row for each contestant and each value of what was varied. */
export function drainGrowthTable(runs: readonly DrainRun[], varied: 'partitions' | 'workers' | 'users'): Table {
  return {
    head: [varied, 'contestant', ...DRAIN_FIGURES],
    rows: groups(runs, varied).map(([value, contestant, its]) => [
      numberText(value, 0),
      contestant,
      ...drainFigures(its),
    ]),
  };
}

/** A row for each contestant and each topic. */
export function subscribersTable(runs: readonly SubscriberRun[]): Table {
  const byTopic = Map.groupBy(runs, ({ users, eventsPerWindow, windows }) => `${users} ${eventsPerWindow} ${windows}`);
  return {
    head: ['users', 'events each per window', 'windows', 'contestant', ...DRAIN_FIGURES],
    rows: [...byTopic.values()].flatMap((its) =>
      groups(its, 'users').map(([users, contestant, same]) => [
        numberText(users, 0),
        ...['eventsPerWindow' as const, 'windows' as const].map((fact) => numberText(same[0]?.[fact] ?? 0, 0)),
        contestant,
        ...drainFigures(same),
      ]),
    ),
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
