import type { DrainRun } from '../results/runs.ts';
import { spreadOf } from '../statistics/spread.ts';
import { COLOURS, svgPlot } from './svg-plot.ts';

const parts = [
  { name: 'worker', of: (run: DrainRun) => run.cpuSeconds, color: COLOURS.product },
  { name: 'Postgres', of: (run: DrainRun) => run.postgresCpuSeconds, color: COLOURS.third },
  { name: 'broker', of: (run: DrainRun) => run.brokerCpuSeconds, color: COLOURS.separate },
] as const;

/** CPU of the whole system per million events, by who used it: medians. */
export function cpuPlot(runs: readonly DrainRun[]): string {
  const byContestant = [...Map.groupBy(runs, ({ contestant }) => contestant)].toReversed();
  return svgPlot(
    {
      title: { text: 'CPU seconds per million events', left: 0, textStyle: { fontSize: 15 } },
      legend: { top: 0, right: 48 },
      grid: { left: 110, right: 30, top: 40, bottom: 30 },
      xAxis: { type: 'value' },
      yAxis: { type: 'category', data: byContestant.map(([name]) => name) },
      series: parts.map(({ name, of, color }) => ({
        type: 'bar',
        name,
        stack: 'all',
        color,
        barWidth: 26,
        data: byContestant.map(([, its]) => round(spreadOf(its.map((run) => (of(run) / run.events) * 1e6)).median)),
      })),
    },
    80 + 50 * byContestant.length,
  );
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
