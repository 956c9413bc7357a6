import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServices, stopServices } from '../../jest/services-of-run.mjs';
import { sparkServer } from '../src/contestants/spark-server.ts';

const endings = [];

/** What the other tests of this kind need, and a Thrift server of Spark unless TEST_SPARK_SQL_URL names one. */
export async function startSparkAndServices() {
  try {
    await startServices();
    if (process.env.TEST_SPARK_SQL_URL) return;
    const home = await mkdtemp(join(tmpdir(), 'antenna-spark-'));
    endings.push(() => rm(home, { recursive: true, force: true }));
    const server = await sparkServer(home, (line) => process.stderr.write(`${line}\n`));
    endings.push(() => server.stop('graceful'));
    await server.start();
    process.env.TEST_SPARK_SQL_URL = server.address;
  } catch (error) {
    await stopSparkAndServices();
    throw error;
  }
}

export async function stopSparkAndServices() {
  for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
  await stopServices();
}
