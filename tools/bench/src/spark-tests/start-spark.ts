import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportToStderr } from '@antenna/local-stack';
import startServices, { stopServices } from '@antenna/test-kit/services';
import { sparkServer } from './spark-server.ts';

const endings: (() => Promise<unknown>)[] = [];

/**
 * Jest's global set-up of `npm run test:spark`: the services of all tests, and a Thrift server of Spark unless
 * TEST_SPARK_SQL_URL names one.
 */
export default async function startSpark(): Promise<void> {
  try {
    await startServices();
    if (process.env['TEST_SPARK_SQL_URL']) return;
    const home = await mkdtemp(join(tmpdir(), 'antenna-spark-'));
    endings.push(() => rm(home, { recursive: true, force: true }));
    const server = await sparkServer(home, reportToStderr);
    endings.push(() => server.stop('graceful'));
    await server.start();
    process.env['TEST_SPARK_SQL_URL'] = server.address;
  } catch (error) {
    await stopSpark();
    throw error;
  }
}

export async function stopSpark(): Promise<void> {
  for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
  await stopServices();
}
