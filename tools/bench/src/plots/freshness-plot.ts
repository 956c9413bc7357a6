import type { FreshnessRun } from '../results/runs.ts';
import { COLOURS, svgPlot } from './svg-plot.ts';

/** Median and 99th percentile of the delay of each contestant at each rate, where any event was counted. */
export function freshnessPlot(all: readonly FreshnessRun[]): string {
  const runs = all.filter(({ p99Ms }) => p99Ms !== undefined).toReversed();
  return svgPlot(
    {
      title: {
        text: 'Milliseconds from arrival in Kafka to the row (logarithmic)',
        left: 0,
        textStyle: { fontSize: 15 },
      },
      legend: { top: 0, right: 48 },
      grid: { left: 230, right: 40, top: 40, bottom: 30 },
      xAxis: { type: 'log', min: 100 },
      yAxis: { type: 'category', data: runs.map(labelOf) },
      series: [
        { type: 'bar', name: 'p99', color: COLOURS.combined, data: runs.map(({ p99Ms = 0 }) => Math.round(p99Ms)) },
        { type: 'bar', name: 'p50', color: COLOURS.product, data: runs.map(({ p50Ms = 0 }) => Math.round(p50Ms)) },
      ],
    },
    80 + 50 * runs.length,
  );
}

function labelOf({ contestant, wantedPerSecond }: FreshnessRun): string {
  return `${contestant}, ${wantedPerSecond.toLocaleString('en-US')}/s`;
}
