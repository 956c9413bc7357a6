import { once } from 'node:events';
import { createServer } from 'node:net';
import { endedWell, type Program, until } from '@antenna/test-kit';
import { lockPositions } from '../locked-positions.ts';
import { newStream, type Stream } from '../stream.ts';
import { startWorker, watched } from '../workers.ts';

/** A second for connections and timers that are left open (`lingerMs` of libs/cli/src/run-app.ts), and a slow machine. */
const QUICK_MS = 5_000;

/** That of apps/speed-layer/src/connect-worker.ts. */
const CLOSE_DEADLINE_MS = 5_000;

describe('the speed layer, with nothing to save, ends within seconds, whatever connection it left open,', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 1 });
  });

  afterEach(() => stream.close());

  it('when its port is taken', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const worker = startWorker('serve', { ...stream.environment, HTTP_PORT: String(port) });
    const end = await msAfter(worker, /PORT_UNAVAILABLE/, () => worker);
    server.close();
    expect(end).toBeLessThan(QUICK_MS);
  });

  it('when the topic is missing', async () => {
    const worker = startWorker('drain', { ...stream.environment, KAFKA_TOPIC: `${stream.topic}-missing` });
    expect(await msAfter(worker, /TOPIC_MISSING/, () => worker)).toBeLessThan(QUICK_MS);
  });

  it('at Ctrl-C while it serves', async () => {
    const worker = startWorker('serve', { ...stream.environment, LOG_FORMAT: 'json' });
    const end = await msAfter(worker, /"claimed"/, async () => {
      worker.kill('SIGINT');
      await endedWell(worker);
    });
    expect(end).toBeLessThan(QUICK_MS);
  });

  it('at Ctrl-C while it waits for a database that does not answer', async () => {
    const url = new URL(stream.environment['DATABASE_URL'] ?? '');
    url.port = '1';
    const worker = startWorker('serve', { ...stream.environment, DATABASE_URL: url.href });
    const end = await msAfter(worker, /does not answer yet/, async () => {
      worker.kill('SIGINT');
      await worker;
    });
    expect(end).toBeLessThan(QUICK_MS);
  });
});

describe('the speed layer, while Postgres works on a call,', () => {
  it('ends within seconds at SIGTERM, and Postgres cancels the call', async () => {
    const stream = await newStream({ partitions: 1 });
    const positions = await lockPositions(stream.databaseUrl);
    try {
      const worker = startWorker('serve', stream.environment);
      await until(() => positions.isAwaited(), { what: 'worker that waits for the lock' });
      const end = await msOf(async () => {
        worker.kill('SIGTERM');
        await endedWell(worker);
      });
      expect(end).toBeLessThan(CLOSE_DEADLINE_MS + QUICK_MS);
      await until(async () => !(await positions.isAwaited()), { what: 'end of the call' });
    } finally {
      await positions.release();
      await stream.close();
    }
  });
});

/** The milliseconds that `work` takes, once the output of a worker has the pattern. */
async function msAfter(worker: Program, pattern: RegExp, work: () => Promise<unknown>): Promise<number> {
  const { output } = watched(worker);
  await until(() => pattern.test(output()), { what: `output like ${String(pattern)}` });
  return msOf(work);
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}
