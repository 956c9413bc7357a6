import { cpuPlot, freshnessPlot, growthPlot } from './drawings.ts';
import type { DrainRun, Findings, SuiteName } from './results.ts';

export interface Plot {
  readonly suite: SuiteName;
  /** Text alternative of the picture. */
  readonly alt: string;
  readonly svg: string;
}

/** At most one for each suite that was run. */
export function plotsOf(findings: Findings): readonly Plot[] {
  const { rounds, freshness, partitions, workers, limitedWorkers, users, hourEvents, hourFiles } = findings;
  return [
    plot('rounds', 'CPU seconds per million events of worker, Postgres and broker', rounds?.drains, cpuPlot),
    plot('freshness', 'delay of each contestant at each rate, median and 99th percentile', freshness, freshnessPlot),
    plot('partitions', 'events a second by partitions', partitions, (runs) =>
      throughputPlot(runs, 'partitions', (run) => run.partitions),
    ),
    plot('workers', 'events a second by workers', workers, (runs) =>
      throughputPlot(runs, 'workers', (run) => run.workers),
    ),
    plot('limitedWorkers', 'events a second by workers, each held to a quarter of a core', limitedWorkers, (runs) =>
      throughputPlot(runs, 'workers', (run) => run.workers),
    ),
    plot('users', 'events a second by users', users, (runs) => throughputPlot(runs, 'users', (run) => run.users)),
    plot('hourEvents', 'seconds of a batch hour by events', hourEvents, (runs) =>
      growthPlot(runs, {
        title: 'Wall seconds of a batch hour (logarithmic)',
        x: (run) => run.events,
        xName: 'events of the hour',
        y: (run) => run.wallSeconds,
        scale: 'log',
      }),
    ),
    plot('hourFiles', 'seconds of a batch hour by files', hourFiles, (runs) =>
      growthPlot(runs, {
        title: 'Wall seconds of a batch hour (logarithmic)',
        x: (run) => run.files,
        xName: 'files of the hour',
        y: (run) => run.wallSeconds,
        scale: 'log',
      }),
    ),
  ].filter((it) => it !== undefined);
}

function throughputPlot(runs: readonly DrainRun[], xName: string, x: (run: DrainRun) => number): string {
  return growthPlot(runs, {
    title: 'Events a second',
    x,
    xName,
    y: (run) => run.events / run.drainSeconds,
    scale: 'value',
  });
}

function plot<T>(
  suite: SuiteName,
  alt: string,
  runs: readonly T[] | undefined,
  draw: (runs: readonly T[]) => string,
): Plot | undefined {
  return runs === undefined ? undefined : { suite, alt, svg: draw(runs) };
}
