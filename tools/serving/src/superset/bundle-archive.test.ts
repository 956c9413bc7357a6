import { strFromU8, unzipSync } from 'fflate';
import * as z from 'zod';
import { defaultBundleFolder, readBundle } from '../bundle/read-bundle.ts';
import { bundleArchive, type BundleChoices, bundlePasswords } from './bundle-archive.ts';
import { dashboardDatabase } from './dashboard-database.ts';

const reader = new URL('postgresql://reader:p%40ss%2Fword@db.example:5433/usage?sslmode=require');
const choices: BundleChoices = { database: dashboardDatabase(reader, undefined), timeRange: 'No filter' };

describe('the archive of a bundle', () => {
  it('holds every file in one folder, as Superset wants it', async () => {
    const bundle = await readBundle(defaultBundleFolder);
    const paths = Object.keys(unzipSync(bundleArchive(bundle, choices)));
    expect(paths).toHaveLength(1 + 1 + bundle.datasets.length + bundle.charts.length + bundle.dashboards.length);
    expect(paths.every((path) => path.startsWith('bundle/') && path.endsWith('.yaml'))).toBe(true);
  });

  it('is the same whenever it is made', async () => {
    const bundle = await readBundle(defaultBundleFolder);
    expect(bundleArchive(bundle, choices)).toEqual(bundleArchive(bundle, choices));
  });

  it('has the address of the database, without the password', async () => {
    const database = z.object({ sqlalchemy_uri: z.string() }).parse(await fileOf('databases/antenna.yaml', choices));
    expect(database.sqlalchemy_uri).toBe(
      'postgresql+psycopg2://reader:XXXXXXXXXX@db.example:5433/usage?sslmode=require',
    );
  });

  it('is accompanied by the password as it is, not as a URL has it', async () => {
    const bundle = await readBundle(defaultBundleFolder);
    expect(bundlePasswords(bundle, choices.database)).toEqual({ 'databases/antenna.yaml': 'p@ss/word' });
  });

  it('goes without where the database asks for no password', async () => {
    const bundle = await readBundle(defaultBundleFolder);
    const trusting = dashboardDatabase(new URL('postgresql://reader@db/usage'), undefined);
    expect(bundlePasswords(bundle, trusting)).toEqual({});
    const database = await fileOf('databases/antenna.yaml', { ...choices, database: trusting });
    expect(database).toMatchObject({ sqlalchemy_uri: 'postgresql+psycopg2://reader@db/usage' });
  });

  it('shows the range of time that was chosen', async () => {
    const told = JSON.stringify(await fileOf('dashboards/speed.yaml', { ...choices, timeRange: 'Last day' }));
    expect(told).toContain('{"extraFormData":{"time_range":"Last day"},"filterState":{"value":"Last day"}');
  });
});

describe('the password of the dashboards’ database', () => {
  it('is the one of the file where both are given', () => {
    expect(dashboardDatabase(reader, 'from a file').password).toBe('from a file');
  });

  it('is in no address', () => {
    expect(choices.database.url.href).toBe('postgresql://reader@db.example:5433/usage?sslmode=require');
  });
});

async function fileOf(path: string, chosen: BundleChoices): Promise<unknown> {
  const files = unzipSync(bundleArchive(await readBundle(defaultBundleFolder), chosen));
  return JSON.parse(strFromU8(files[`bundle/${path}`]!));
}
