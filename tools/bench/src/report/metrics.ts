import type { BatchRun, DrainRun } from './results.ts';

const MIB = 1_048_576;
const MILLION = 1_000_000;

/** A figure that can be taken from a run. */
export interface Metric<Run> {
  readonly title: string;
  readonly of: (run: Run) => number;
  readonly better: 'more' | 'less';
  /** Digits after the point. */
  readonly digits: number;
  /** How many times better than each contestant the product is to be. */
  readonly targets: Readonly<Record<string, number>>;
}

const perMillion = (run: DrainRun, seconds: number): number => (seconds / run.events) * MILLION;

/** Of the drain of a backlog. The targets are factors. */
export const drainMetrics: readonly Metric<DrainRun>[] = [
  {
    title: 'events/s, totals and archive',
    of: (run) => run.events / run.drainSeconds,
    better: 'more',
    digits: 0,
    targets: { 'spark separate': 6, 'spark combined': 4, 'flink-stream': 1.8 },
  },
  {
    title: 'CPU s per million events: worker',
    of: (run) => perMillion(run, run.cpuSeconds),
    better: 'less',
    digits: 2,
    targets: { 'spark separate': 8, 'spark combined': 5, 'flink-stream': 2.2 },
  },
  {
    title: '… Postgres',
    of: (run) => perMillion(run, run.postgresCpuSeconds),
    better: 'less',
    digits: 2,
    targets: {},
  },
  { title: '… broker', of: (run) => perMillion(run, run.brokerCpuSeconds), better: 'less', digits: 2, targets: {} },
  {
    title: '… whole system',
    of: (run) => perMillion(run, run.cpuSeconds + run.postgresCpuSeconds + run.brokerCpuSeconds),
    better: 'less',
    digits: 2,
    targets: { 'spark separate': 6, 'spark combined': 4, 'flink-stream': 1.7 },
  },
  {
    title: 'peak memory of the worker, MiB',
    of: (run) => run.peakMemoryBytes / MIB,
    better: 'less',
    digits: 0,
    targets: { 'spark separate': 5, 'spark combined': 4, 'flink-stream': 1.5 },
  },
  {
    title: 'archive, bytes per event',
    of: (run) => run.archiveBytes / run.events,
    better: 'less',
    digits: 2,
    targets: { 'spark separate': 1, 'spark combined': 1 },
  },
  {
    title: 'wall s, start of the process included',
    of: (run) => run.wallSeconds,
    better: 'less',
    digits: 1,
    targets: {},
  },
];

/** Of one hour of the batch layer, the start of its process included. */
export function batchMetrics(
  targets: Readonly<Record<'wall' | 'cpu' | 'memory', number>>,
): readonly Metric<BatchRun>[] {
  const forSpark = (factor: number) => ({ 'spark separate': factor, 'spark combined': factor });
  const less = { better: 'less' } as const;
  return [
    { ...less, title: 'wall s', of: (run) => run.wallSeconds, digits: 2, targets: forSpark(targets.wall) },
    { ...less, title: 'CPU s', of: (run) => run.cpuSeconds, digits: 2, targets: forSpark(targets.cpu) },
    {
      ...less,
      title: 'peak memory, MiB',
      of: (run) => run.peakMemoryBytes / MIB,
      digits: 0,
      targets: forSpark(targets.memory),
    },
  ];
}

/** An hour of what the peer's topic holds. */
export const usualHourTargets = { wall: 20, cpu: 30, memory: 7 } as const;

/** An hour of 50 million events; the memory has a limit of its own, not a factor. */
export const largeHourTargets = { wall: 1, cpu: 5, memory: 0 } as const;
