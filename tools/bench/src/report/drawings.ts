import { type EChartsOption, init } from 'echarts';
import { spreadOf } from '../measure/statistics.ts';
import type { DrainRun, FreshnessRun } from './results.ts';

/** Colours that people with any kind of sight tell apart (Paul Tol's «bright»). */
const COLOURS = { product: '#4477aa', combined: '#ee6677', separate: '#ccbb44', third: '#228833' } as const;

const WIDTH = 860;
const FONT = { fontFamily: 'system-ui, sans-serif', color: '#1b1f24' };

/** Draws a plot as a file of its own, on white, since the background of the page is unknown. */
function svgPlot(option: EChartsOption, height: number): string {
  const chart = init(
    null,
    { backgroundColor: '#ffffff', textStyle: FONT },
    { renderer: 'svg', ssr: true, width: WIDTH, height },
  );
  try {
    chart.setOption({ animation: false, ...option });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose();
  }
}

/** The same contestant has the same colour in every plot. */
function colourOf(contestant: string): string {
  if (contestant === 'product') return COLOURS.product;
  return contestant.includes('separate') ? COLOURS.separate : COLOURS.combined;
}

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
      grid: { left: 270, right: 40, top: 40, bottom: 30 },
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

const HEIGHT = 320;

interface Axes<Run> {
  readonly title: string;
  /** What was varied. */
  readonly x: (run: Run) => number;
  readonly xName: string;
  readonly y: (run: Run) => number;
  readonly scale: 'value' | 'log';
}

/** A line through the medians of each contestant, and a point for each run. */
export function growthPlot<Run extends { readonly contestant: string }>(
  runs: readonly Run[],
  { title, x, xName, y, scale }: Axes<Run>,
): string {
  const values = [...new Set(runs.map(x))].sort((a, b) => a - b);
  const column = (run: Run): number => values.indexOf(x(run));
  const series = [...Map.groupBy(runs, ({ contestant }) => contestant)].flatMap(([name, its]) => {
    const medians = values.flatMap((value, index) => {
      const same = its.filter((run) => x(run) === value);
      return same.length === 0 ? [] : [[index, spreadOf(same.map(y)).median]];
    });
    const style = { name, color: colourOf(name) };
    return [
      { ...style, type: 'line' as const, showSymbol: false, data: medians },
      { ...style, type: 'scatter' as const, symbolSize: 7, data: its.map((run) => [column(run), y(run)]) },
    ];
  });
  const option: EChartsOption = {
    title: { text: title, left: 0, textStyle: { fontSize: 15 } },
    legend: { top: 0, right: 48 },
    grid: { left: 80, right: 30, top: 45, bottom: 50 },
    xAxis: {
      type: 'category',
      name: xName,
      nameLocation: 'middle',
      nameGap: 30,
      data: values.map((value) => value.toLocaleString('en-US')),
    },
    yAxis: { type: scale },
    series,
  };
  return svgPlot(option, HEIGHT);
}
