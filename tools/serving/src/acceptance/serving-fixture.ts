import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { debianProgram, freePorts, type Report, reportToStderr, startPostgres } from '@antenna/local-stack';
import { temporaryFolder } from '@antenna/test-kit';
import { migrate } from '@antenna/usage-store';
import pg from 'pg';
import * as z from 'zod';
import type { Bundle } from '../bundle/bundle.ts';
import { defaultBundleFolder, readBundle } from '../bundle/read-bundle.ts';
import { type Serving, type ServingRequest, startServing, stopServing } from '../local/local-serving.ts';
import { defaultHome } from '../local/superset-server.ts';
import { demoRun } from './demo-run.sql.ts';

/** Set by the global set-up: the fixture of the run, as JSON. */
export const fixtureVariable = 'TEST_SERVING_FIXTURE';

/** A Postgres with a run of the product in it, and a Superset that shows it, on free ports in a temporary folder. */
const fixtureShape = z.object({
  home: z.string(),
  databaseUrl: z.string(),
  supersetUrl: z.string(),
  port: z.int(),
  credentials: z.object({ username: z.string(), password: z.string() }),
  secretsFile: z.string(),
  /** The browser's program. */
  browser: z.string(),
});

export type ServingFixture = z.infer<typeof fixtureShape>;

/** The fixture that the global set-up has prepared. */
export function servingFixture(): ServingFixture {
  return fixtureShape.parse(JSON.parse(process.env[fixtureVariable] ?? 'null'));
}

/** What `serving:up` does, on the fixture, with the bundle of this checkout or another one. */
export async function serveFixture(
  { home, databaseUrl, port }: Pick<ServingFixture, 'home' | 'databaseUrl' | 'port'>,
  report: Report,
  changed: Partial<ServingRequest> = {},
  bundle?: Bundle,
): Promise<Serving> {
  const places = { home, installation: defaultHome, connection: { url: databaseUrl }, port };
  const defaults = { username: 'admin', password: undefined, secretKey: undefined, timeRange: 'No filter' };
  return startServing(
    { ...places, ...defaults, ...changed },
    bundle ?? (await readBundle(defaultBundleFolder)),
    report,
  );
}

/**
 * Prepares the fixture. What has to be undone is added to `endings` as soon as it is there; the last is undone first.
 */
export async function prepareFixture(endings: (() => Promise<unknown>)[], report: Report): Promise<ServingFixture> {
  const browser = await chromium(report);
  const folder = await temporaryFolder();
  endings.push(() => folder.close());
  // Postgres may have to run as another user.
  await chmod(folder.path, 0o755);
  const ports = await freePorts();
  const postgres = await startPostgres({ home: folder.path, port: ports.postgres, durable: false, report });
  endings.push(() => postgres.stop('immediate'));
  await migrate({ url: postgres.address });
  await fill(postgres.address);

  const place = { home: join(folder.path, 'superset'), databaseUrl: postgres.address, port: ports.kafka };
  endings.push(() => stopServing(place.home, report));
  const { url, credentials, secretsFile } = await serveFixture(place, report);
  return { ...place, supersetUrl: url, credentials, secretsFile, browser };
}

async function fill(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(demoRun);
  await client.end();
}

/**
 * The browser: Debian's Chromium, or the one that CHROMIUM names. It is installed where it is missing and may be.
 * @throws {ProgramMissingError}
 */
async function chromium(report: Report): Promise<string> {
  const named = process.env['CHROMIUM'] ?? '';
  if (named !== '') return named;
  return debianProgram(
    {
      name: 'Chromium',
      file: '/usr/bin/chromium',
      packages: ['chromium', 'fonts-dejavu-core'],
      advice: 'install it and name it in CHROMIUM',
    },
    report,
  );
}

const endings: (() => Promise<unknown>)[] = [];

/** Jest's global set-up: outside the realms of the tests, where an error of Node is an Error. */
export default async function startFixture(): Promise<void> {
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  for (const [signal, exitCode] of Object.entries(signals)) {
    process.once(signal, () => void stopFixture().finally(() => process.exit(exitCode)));
  }
  try {
    process.env[fixtureVariable] = JSON.stringify(await prepareFixture(endings, reportToStderr));
  } catch (error) {
    await stopFixture();
    throw error;
  }
}

/** Ends what was started, the last first. */
export async function stopFixture(): Promise<void> {
  for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
}
