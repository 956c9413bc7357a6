import { uuidPrefix } from '../bundle/asset-schemas.ts';
import type { Bundle } from '../bundle/bundle.ts';

/** The bundle as another version of it could be: one chart more, and the first dashboard with another title. */
export function withExtraChart(original: Bundle, title: string): Bundle {
  const bundle = structuredClone(original);
  const [chart] = bundle.charts;
  const [dashboard] = bundle.dashboards;
  if (chart === undefined || dashboard === undefined) throw new Error('the bundle is empty');
  const uuid = `${uuidPrefix}0000-4000-8000-000000009999`;
  dashboard.content.dashboard_title = title;
  const { position } = dashboard.content;
  const grid = position['GRID_ID'];
  if (grid === undefined || grid === 'v2' || grid.type !== 'GRID') throw new Error('the dashboard has no grid');
  grid.children.push('ROW-99');
  position['ROW-99'] = {
    type: 'ROW',
    id: 'ROW-99',
    parents: ['ROOT_ID', 'GRID_ID'],
    children: ['CHART-99'],
    meta: { background: 'BACKGROUND_TRANSPARENT' },
  };
  position['CHART-99'] = {
    type: 'CHART',
    id: 'CHART-99',
    parents: ['ROOT_ID', 'GRID_ID', 'ROW-99'],
    children: [],
    meta: { uuid, chartId: 99, width: 12, height: 20, sliceName: 'De más' },
  };
  const extra = { path: 'charts/extra.yaml', content: { ...chart.content, uuid, slice_name: 'De más' } };
  return { ...bundle, charts: [...bundle.charts, extra] };
}
