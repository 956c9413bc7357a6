import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chartComponents } from '../bundle/dashboard-problems.ts';
import { defaultBundleFolder, readBundle } from '../bundle/read-bundle.ts';
import { supersetFiles } from './superset-server.ts';

/** What browsers open to one host at a time. */
const connections = 6;

describe('the page of a dashboard', () => {
  it('waits for its last chart as long as all statements before it may take', async () => {
    const { dashboards } = await readBundle(defaultBundleFolder);
    const charts = Math.max(...dashboards.map(({ content }) => chartComponents(content).length));
    const database = join(defaultBundleFolder, 'databases/antenna.yaml');
    const statementMs = await numberIn(database, /statement_timeout=(\d+)/);
    const pageSeconds = await numberIn(supersetFiles.config, /^SUPERSET_WEBSERVER_TIMEOUT = (\d+)$/m);
    expect(pageSeconds * 1_000).toBeGreaterThanOrEqual(Math.ceil(charts / connections) * statementMs);
  });
});

async function numberIn(file: string, pattern: RegExp): Promise<number> {
  const [, digits] = pattern.exec(await readFile(file, 'utf8')) ?? [];
  if (digits === undefined) throw new Error(`${file} has no ${pattern.source}`);
  return Number(digits);
}
