import { type EChartsOption, init } from 'echarts';

/** Colours that people with any kind of sight tell apart (Paul Tol's «bright»). */
export const COLOURS = { product: '#4477aa', combined: '#ee6677', separate: '#ccbb44', third: '#228833' } as const;

const WIDTH = 860;
const FONT = { fontFamily: 'system-ui, sans-serif', color: '#1b1f24' };

/** Draws a plot as a file of its own: on white, since nobody knows the page around it. */
export function svgPlot(option: EChartsOption, height: number): string {
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
export function colourOf(contestant: string): string {
  if (contestant === 'product') return COLOURS.product;
  return contestant.includes('separate') ? COLOURS.separate : COLOURS.combined;
}
