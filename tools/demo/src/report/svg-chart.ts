import { type EChartsOption, init } from 'echarts';
import { type Html, trusted } from './html.ts';

/** Colours that people with any kind of sight tell apart, on light and on dark ground (Paul Tol's «bright»). */
const series = ['#4477aa', '#ee6677', '#228833', '#ccbb44', '#66ccee', '#aa3377', '#bbbbbb'];

/** From little to much, in even steps of lightness (viridis). */
export const scale = ['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725'];

/** Text and lines take the colour of the page around them, which has a light and a dark one. */
const ink = 'currentColor';

const axis = {
  axisLine: { lineStyle: { color: ink, opacity: 0.4 } },
  axisTick: { lineStyle: { color: ink, opacity: 0.4 } },
  axisLabel: { color: ink, fontSize: 13 },
  nameTextStyle: { color: ink, fontSize: 13 },
  splitLine: { lineStyle: { color: ink, opacity: 0.12 } },
};

const chartTheme = {
  color: series,
  backgroundColor: 'transparent',
  textStyle: { color: ink, fontFamily: 'system-ui, sans-serif' },
  legend: { textStyle: { color: ink, fontSize: 13 } },
  visualMap: { textStyle: { color: ink, fontSize: 13 } },
  categoryAxis: axis,
  valueAxis: axis,
  timeAxis: axis,
};

const CHART_WIDTH = 960;

const TALLEST = 380;

/** Draws a chart as SVG, to stand in HTML. */
export function svgChart(option: EChartsOption, height = TALLEST): Html {
  const chart = init(null, chartTheme, { renderer: 'svg', ssr: true, width: CHART_WIDTH, height });
  try {
    chart.setOption({ animation: false, useUTC: true, ...option });
    return trusted(inline(chart.renderToSVGString()));
  } finally {
    chart.dispose();
  }
}

/**
 * In HTML an SVG needs no namespaces, and takes the width that there is; the figure around it says what it shows. Its
 * style sheet is about the mouse, and would be the whole page's.
 */
function inline(svg: string): string {
  return svg
    .replace(/^<svg[^>]*?(viewBox="[^"]*")[^>]*>/, '<svg $1 aria-hidden="true" focusable="false">')
    .replace(/<style[\s>].*?<\/style>/s, '')
    .replaceAll(/ class="[^"]*"/g, '');
}
