import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@antenna/test-kit';
import { bundleProblems } from './bundle-problems.ts';
import { assetsOf, type Bundle } from './bundle.ts';
import { chartComponents } from './dashboard-problems.ts';
import { defaultBundleFolder, readBundle } from './read-bundle.ts';

const speed = 'dashboards/speed.yaml';

describe('the bundle of this checkout', () => {
  it('fits together', async () => {
    const bundle = await readBundle(defaultBundleFolder);
    expect(bundleProblems(bundle)).toEqual([]);
    expect(bundle.dashboards.map(({ content }) => content.dashboard_title)).toEqual([
      'Capa batch: bytes por hora',
      'Días y meses (UTC)',
      'Capa speed: bytes cada 5 minutos',
      'Un usuario, una hora',
    ]);
  });

  it('says UTC wherever a chart has an axis of time', async () => {
    const { charts } = await readBundle(defaultBundleFolder);
    const titles = timeSeriesOf(charts).map(({ x_axis_title }) => x_axis_title);
    expect(titles.length).toBeGreaterThan(6);
    expect(titles.filter((title) => !title.includes('UTC'))).toEqual([]);
  });

  it('shows ids beyond the ten greatest as one series in every chart of ids', async () => {
    const { charts } = await readBundle(defaultBundleFolder);
    const byId = timeSeriesOf(charts).filter(({ groupby }) => groupby[0] === 'label');
    expect(byId).toHaveLength(7);
    for (const params of byId) {
      expect(params).toMatchObject({ limit: 10, group_others_when_limit_reached: true });
    }
  });
});

describe('a bundle whose files contradict each other', () => {
  const cases: readonly [string, (bundle: Bundle) => void, RegExp][] = [
    [
      'a uuid that two files have',
      ({ charts: [a, b] }) => (a!.content.uuid = b!.content.uuid),
      /has the uuid of charts/,
    ],
    ['a dataset that is missing', ({ charts: [a] }) => (a!.content.dataset_uuid = 'x'), /dataset_uuid: there is no x/],
    [
      'a database that is missing',
      ({ datasets: [a] }) => (a!.content.database_uuid = 'x'),
      /database_uuid: there is no x/,
    ],
    [
      'a column that the dataset lacks',
      ({ datasets: [a] }) => (a!.content.columns[0]!.column_name = 'x'),
      /column: there is no/,
    ],
    [
      'a metric that the dataset lacks',
      ({ datasets: [a] }) => (a!.content.metrics[0]!.metric_name = 'x'),
      /metric: there is no/,
    ],
    [
      'a dashboard that shows a chart of no file',
      ({ dashboards: [a] }) => (chart(a!.content).meta.uuid = 'x'),
      /shows x, which/,
    ],
    ['a chart on no dashboard', ({ dashboards: [a] }) => (chart(a!.content).meta.uuid = 'x'), /is on 0 dashboards/],
    [
      'a name that the dashboard has otherwise',
      ({ charts: [a] }) => (a!.content.slice_name = 'x'),
      /is called «.*», not «x»/,
    ],
    ['a chart that is nobody’s child', ({ dashboards: [a] }) => (rowOf(a!.content).children = []), /is nobody's child/],
    [
      'a row that is too narrow',
      ({ dashboards: [a] }) => (chart(a!.content).meta.width = 1),
      /columns wide instead of 12/,
    ],
    [
      'parents that are others',
      ({ dashboards: [a] }) => (chart(a!.content).parents = []),
      /has the parents {2}and lies in ROOT_ID/,
    ],
    [
      'a chart id given twice',
      ({ dashboards: [a] }) => (chart(a!.content).meta.chartId = 302),
      /chartId 302 is given twice/,
    ],
    ['a filter that excludes nothing', (bundle) => filterOf(bundle, 0).scope.excluded.push(9), /excludes 9, which/],
    [
      'a filter on charts without a time',
      (bundle) => (filterOf(bundle, 0, 2).scope.excluded = []),
      /has no TEMPORAL_RANGE/,
    ],
    ['a filter of users on apps', (bundle) => (filterOf(bundle, 1).scope.excluded = []), /shows another type of id/],
    [
      'a filter of names on charts without',
      (bundle) => (filterOf(bundle, 1).scope.excluded = []),
      /has no column label/,
    ],
    [
      'colours that differ',
      ({ dashboards: [a] }) => (a!.content.metadata.label_colors['x'] = '#000000'),
      /label_colors differ/,
    ],
  ];

  it.each(cases)('is refused for %s', async (_, harm, told) => {
    const bundle = structuredClone(await readBundle(defaultBundleFolder));
    harm(bundle);
    expect(bundleProblems(bundle).join('\n')).toMatch(told);
  });
});

describe('a file that Superset would not understand', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
    await cp(defaultBundleFolder, folder.path, { recursive: true });
  });
  afterEach(() => folder.close());

  it('is named with the field that no schema knows', async () => {
    await edit(speed, (text) => text.replace('published: true', 'published: true\npublic: true'));
    await expect(readBundle(folder.path)).rejects.toThrow(/dashboards\/speed\.yaml: .*"public"/);
  });

  it('is named when it is not YAML', async () => {
    await edit(speed, (text) => text.replace('description: ', 'description: a: '));
    await expect(readBundle(folder.path)).rejects.toThrow(/dashboards\/speed\.yaml: .*mapping/i);
  });

  it('is named when Superset would pass over it', async () => {
    await writeFile(join(folder.path, 'charts', '_draft.yaml'), '');
    await expect(readBundle(folder.path)).rejects.toThrow(/_draft\.yaml: a name that Superset skips/);
  });

  it('is named together with all others', async () => {
    await edit(speed, () => '');
    await edit('databases/antenna.yaml', () => '');
    await expect(readBundle(folder.path)).rejects.toThrow(/databases\/antenna\.yaml[^]*dashboards\/speed\.yaml/);
  });

  async function edit(path: string, change: (text: string) => string): Promise<void> {
    const file = join(folder.path, path);
    await writeFile(file, change(await readFile(file, 'utf8')));
  }
});

describe('the files of a bundle', () => {
  it('come in the order of their paths', async () => {
    const paths = assetsOf(await readBundle(defaultBundleFolder)).map(({ path }) => path);
    expect(paths).toEqual([...paths].sort());
    expect(paths).toContain('metadata.yaml');
  });
});

function timeSeriesOf(charts: Bundle['charts']) {
  return charts
    .map(({ content }) => content.params)
    .filter((it) => it.viz_type === 'echarts_timeseries_bar' || it.viz_type === 'echarts_timeseries_line');
}

type Dashboards = Bundle['dashboards'][number]['content'];

function chart(dashboard: Dashboards) {
  return chartComponents(dashboard)[0]!;
}

function rowOf(dashboard: Dashboards) {
  const row = Object.values(dashboard.position)
    .filter((it) => it !== 'v2')
    .find((it) => it.type === 'ROW');
  if (row === undefined) throw new Error('no row');
  return row;
}

function filterOf({ dashboards }: Bundle, filter: number, dashboard = 0) {
  return dashboards[dashboard]!.content.metadata.native_filter_configuration[filter]!;
}
