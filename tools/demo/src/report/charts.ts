import type { EChartsOption } from 'echarts';
import { clockText, type Flow } from '../results/flow.ts';
import type { Html } from './html.ts';
import { scale, svgChart } from './svg-chart.ts';

const compact = new Intl.NumberFormat('en-US', { notation: 'compact' });

const byteAxis = {
  type: 'value' as const,
  name: 'bytes',
  nameTextStyle: { align: 'left' as const },
  axisLabel: { formatter: (value: number) => compact.format(value) },
};
const timeAxis = { type: 'time' as const, axisLabel: { formatter: '{HH}:{mm}' }, splitLine: { show: false } };
const frame: EChartsOption = {
  legend: { top: 0, left: 0, icon: 'roundRect', itemWidth: 14, itemGap: 24 },
  grid: { left: 8, right: 24, top: 64, bottom: 8 },
};

/** Room for the names of rows, which cannot be measured without a browser. */
const namedRows = { left: 150, outerBoundsMode: 'none' as const };

/** How much went through each of a few ids, one on top of the other. */
export function stackedFlowChart({ timesMs, series }: Flow): Html {
  return svgChart({
    ...frame,
    xAxis: timeAxis,
    yAxis: byteAxis,
    series: series.map(({ label, values }) => ({
      type: 'line',
      name: label,
      stack: 'all',
      showSymbol: false,
      lineStyle: { width: 1 },
      areaStyle: { opacity: 0.75 },
      data: points(timesMs, values.map(Number)),
    })),
  });
}

/** How much went through each of many ids: a row each, a colour for each value. */
export function heatChart({ timesMs, series }: Flow): Html {
  const cells = series.flatMap(({ values }, row) => values.map((value, column) => [column, row, Number(value)]));
  const values = cells.map(([, , value]) => value ?? 0);
  const [smallest, greatest] = [Math.min(...values), Math.max(...values)];
  const height = 96 + series.length * 22;
  return svgChart(
    {
      grid: { ...namedRows, right: 24, top: 48, bottom: 32 },
      visualMap: {
        type: 'continuous',
        min: smallest,
        max: greatest,
        orient: 'horizontal',
        left: 'center',
        top: 0,
        itemHeight: 240,
        text: [`${compact.format(greatest)} bytes`, compact.format(smallest)],
        inRange: { color: scale },
      },
      xAxis: { type: 'category', data: timesMs.map(clockText), axisLabel: { interval: everyHalfHour(timesMs) } },
      yAxis: { type: 'category', inverse: true, data: series.map(({ label }) => label), axisTick: { show: false } },
      series: [{ type: 'heatmap', data: cells, progressive: 0 }],
    },
    height,
  );
}

/** A bar for each hour, made of the ids. */
export function hourlyChart({ timesMs, series }: Flow): Html {
  return svgChart({
    ...frame,
    xAxis: { type: 'category', data: timesMs.map(clockText) },
    yAxis: byteAxis,
    series: series.map(({ label, values }) => ({
      type: 'bar',
      name: label,
      stack: 'all',
      barMaxWidth: 96,
      data: values.map(Number),
    })),
  });
}

/** A line for each of a few series of numbers. */
export function lineChart(timesMs: readonly number[], lines: ReadonlyMap<string, readonly number[]>): Html {
  return svgChart({
    ...frame,
    xAxis: timeAxis,
    yAxis: { ...byteAxis, name: 'bytes a minute' },
    series: Array.from(lines, ([name, values]) => ({
      type: 'line',
      name,
      showSymbol: false,
      data: points(timesMs, values),
    })),
  });
}

/** A horizontal bar for each name. */
export function barChart(counts: ReadonlyMap<string, number>): Html {
  return svgChart(
    {
      grid: { ...namedRows, right: 56, top: 8, bottom: 32 },
      xAxis: { type: 'value' },
      yAxis: { type: 'category', inverse: true, data: Array.from(counts.keys()), axisTick: { show: false } },
      series: [
        {
          type: 'bar',
          data: Array.from(counts.values()),
          barMaxWidth: 18,
          label: { show: true, position: 'right', color: 'currentColor' },
        },
      ],
    },
    48 + counts.size * 28,
  );
}

function points(timesMs: readonly number[], values: readonly number[]): [number, number][] {
  return timesMs.map((timeMs, index) => [timeMs, values[index] ?? 0]);
}

/** Whether a category has a label. */
function everyHalfHour(timesMs: readonly number[]): (index: number) => boolean {
  return (index) => (timesMs[index] ?? 0) % 1_800_000 === 0;
}
