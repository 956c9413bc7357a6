import type { EChartsOption } from 'echarts';
import { spreadOf } from '../statistics/spread.ts';
import { colourOf, svgPlot } from './svg-plot.ts';

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
