import { type EChartsOption, init } from 'echarts';
import { chartTheme } from './chart-theme.ts';
import { type Html, trusted } from './html.ts';

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
