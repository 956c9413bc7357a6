import { join } from 'node:path';
import { execa } from 'execa';
import { ContestantFailedError } from '../errors.ts';
import { type CommandLine, lastLines, start } from '../measure/run-measured.ts';
import { checkout } from '../place.ts';
import { withDatabase } from '../stack/database.ts';
import type { RunPlace } from '../stack/run-place.ts';
import type { Contestant } from './contestant.ts';
import { deployment } from './deployed-node.ts';
import { insertUsers } from './users.sql.ts';

const apps = ['provisioner', 'speed-layer', 'batch-layer'] as const;
type App = (typeof apps)[number];

/** Bundles the applications, as their images hold them. */
export async function buildProduct(): Promise<void> {
  for (const app of apps) await execa(process.execPath, [join(checkout, 'tools/build.mjs'), app], { cwd: checkout });
}

/** This product: bundles and flags as in its images, settings as by default. */
export const product: Contestant = {
  name: 'product',
  async prepare(at, users) {
    const { failed, all } = await start(appCommand('provisioner', [], at));
    if (failed) throw new ContestantFailedError(lastLines(all));
    await withDatabase(at.databaseUrl, (database) => insertUsers(database, users));
  },
  drain: (at, topic) => appCommand('speed-layer', ['drain'], at, { KAFKA_TOPIC: topic }),
  drainSeconds(output) {
    const seconds = /^drained: .*; ([\d.]+) s, \d+ events\/s$/m.exec(output)?.[1];
    if (seconds === undefined)
      throw new ContestantFailedError(`the speed layer does not say how long it took: ${output}`);
    return Number(seconds);
  },
  batchHour(at, hourMs) {
    const [date = '', time = ''] = new Date(hourMs).toISOString().split('T');
    return appCommand('batch-layer', ['run', `--date=${date}`, `--hour=${Number(time.slice(0, 2))}`], at);
  },
};

/** The speed layer as a service. */
export function productService(at: RunPlace, topic: string, httpPort: number): CommandLine {
  return appCommand('speed-layer', ['serve'], at, { KAFKA_TOPIC: topic, HTTP_PORT: String(httpPort) });
}

function appCommand(
  app: App,
  args: readonly string[],
  { databaseUrl, brokers, groupId, archive }: RunPlace,
  env: Readonly<Record<string, string>> = {},
): CommandLine {
  const deployed = deployment(app);
  return {
    file: process.execPath,
    args: [...deployed.flags, join(checkout, 'dist/apps', app, 'main.js'), ...args],
    env: {
      ...deployed.env,
      DATABASE_URL: databaseUrl,
      KAFKA_BROKERS: brokers,
      KAFKA_GROUP_ID: groupId,
      ARCHIVE_URL: `file:${archive}`,
      ...env,
    },
  };
}
