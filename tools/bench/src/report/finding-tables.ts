import type { FilesRun, FreshnessRun, IdleRun, TransportRun } from '../results/runs.ts';
import { spreadOf } from '../statistics/spread.ts';
import { numberText, spreadText } from './number-text.ts';
import type { Table } from './table.ts';

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
