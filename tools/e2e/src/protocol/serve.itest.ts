import { streamDifferences } from '@antenna/oracle';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  checkout,
  emptyDatabase,
  endedWell,
  type Environment,
  metricsOf,
  nodeCommand,
  originOf,
  runProgram,
  testSecret,
  until,
} from '@antenna/test-kit';
import pg from 'pg';
import { lockPositions } from '../locked-positions.ts';
import { newStream, send, someRecords, type Stream } from '../stream.ts';
import { drain, startBundle, startWorker, stop } from '../workers.ts';

const SOURCES = join(checkout, 'apps/speed-layer/src/main.ts');

/** Made as for the image: what is loaded later than at the start can be missing in it, or be of another form. */
async function deployedBundle(): Promise<string> {
  await runProgram(nodeCommand(['tools/build.mjs', 'speed-layer'], {}));
  return join(checkout, 'dist/apps/speed-layer/main.js');
}

describe('the speed layer that serves', () => {
  let stream: Stream;

  beforeEach(async () => {
    // No rebalance on a slow machine: what an expelled worker has not saved is its successor's to read again.
    stream = await newStream({ partitions: 2, environment: { KAFKA_SESSION_TIMEOUT_MS: '30000' } });
  });

  afterEach(() => stream.close());

  it.each<[string, () => Promise<string>]>([
    ['its sources', () => Promise.resolve(SOURCES)],
    ['the bundle of its image', deployedBundle],
  ])('answers with its health and metrics, and saves everything at SIGTERM: from %s', async (_form, program) => {
    const records = someRecords(10, 2_000);
    await send(stream, records);
    const environment = { ...stream.environment, FLUSH_INTERVAL_MS: '100' };
    const worker = startBundle(await program(), ['serve'], environment);
    const origin = await originOf(worker);
    await until(async () => (await fetch(`${origin}/readyz`)).ok, { what: 'readiness' });
    expect(await (await fetch(`${origin}/healthz`)).json()).toEqual({ ok: true });

    const malformed = records.filter(({ fact }) => typeof fact === 'string').length;
    const figures = await until(
      async () => {
        const seen = await metricsOf(origin);
        return seen('speed_layer_events_total') === records.length - malformed ? seen : undefined;
      },
      { what: 'count of all events' },
    );
    expect(figures('speed_layer_dead_letters_total')).toBe(malformed);
    expect(figures('speed_layer_lag_records')).toBe(0);
    expect(figures('speed_layer_partitions')).toBe(2);
    expect(figures('speed_layer_commit_rows_count')).toBeGreaterThan(0);
    expect(figures('speed_layer_lag_event_time_seconds')).toBeGreaterThan(0);

    await stop(worker);
    expect(await streamDifferences(stream, records)).toEqual([]);
  });

  it('ends at once when there is no such database', async () => {
    const database = await emptyDatabase();
    await database.close();
    const { exitCode, all } = await startWorker('serve', { ...stream.environment, DATABASE_URL: database.url });
    expect(exitCode).toBe(1);
    expect(all).toContain('DATABASE_REFUSED');
  });

  it.each<[string, Environment, number, string]>([
    ['every wrong setting at once', { SINKS: 'archive', HTTP_PORT: 'eighty' }, 2, 'HTTP_PORT: given "eighty"'],
    ['a topic that is not there', { KAFKA_TOPIC: 'no-such-topic' }, 1, 'TOPIC_MISSING: topic no-such-topic'],
  ])('ends with a clear error for %s', async (_name, environment, code, message) => {
    const { exitCode, all } = await startWorker('serve', { ...stream.environment, ...environment });
    expect(exitCode).toBe(code);
    expect(all).toContain(message);
  });

  it('asks to run the provisioner when the tables are missing', async () => {
    const database = await emptyDatabase();
    const { exitCode, all } = await startWorker('drain', { ...stream.environment, DATABASE_URL: database.url });
    await database.close();
    expect(exitCode).toBe(1);
    expect(all).toContain('run the provisioner');
  });

  it('fails, and loses nothing, when a drain gets SIGTERM before all is processed', async () => {
    const records = someRecords(14, 300);
    await send(stream, records);
    const positions = await lockPositions(stream.databaseUrl);
    const worker = startWorker('drain', stream.environment);
    try {
      await until(() => positions.isAwaited(), { what: 'worker that waits for the lock' });
      worker.kill('SIGTERM');
    } finally {
      await positions.release();
    }
    expect(await worker).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('NOT_DRAINED') as string });
    await drain(stream.environment);
    expect(await streamDifferences(stream, records)).toEqual([]);
  });

  it('works with the rights of its role alone, and so do the commands of an operator', async () => {
    const records = someRecords(13, 300);
    await send(stream, records);
    const administrator = new pg.Client({ connectionString: stream.databaseUrl });
    await administrator.connect();
    const logins: string[] = [];
    const loginOf = async (group: string) => {
      const [login, password] = [`${group}_${randomBytes(6).toString('hex')}`, testSecret()];
      await administrator.query(`CREATE ROLE ${login} LOGIN PASSWORD '${password}' IN ROLE ${group}`);
      logins.push(login);
      const url = new URL(stream.databaseUrl);
      [url.username, url.password] = [login, password];
      return { ...stream.environment, DATABASE_URL: url.href };
    };
    try {
      const worker = await loginOf('antenna_speed');
      await drain(worker);
      await endedWell(startWorker('status', worker));
      expect(await streamDifferences(stream, records)).toEqual([]);
      const operator = await loginOf('antenna_operator');
      for (const command of OPERATORS_COMMANDS) {
        const args = [...command, ...(command[0] === 'retire-topic' ? [`--topic=${stream.topic}`] : [])];
        for (const environment of [operator, worker]) await endedWell(startWorker(args, environment));
      }
    } finally {
      for (const login of logins) await administrator.query(`DROP ROLE ${login}`);
      await administrator.end();
    }
  });

  it('shows positions and lag', async () => {
    await send(stream, someRecords(12, 100));
    await drain(stream.environment);
    const { stdout } = await startWorker('status', stream.environment);
    expect(stdout).toContain(`topic ${stream.topic}: 0 records behind, watermark 2022-10-29T17:`);
  });
});

/** The jobs of a cluster run them with the workers' login, people with the operator's. */
const OPERATORS_COMMANDS = [
  ['acknowledge-gap'],
  ['acknowledge-truncation', '--partition=0'],
  ['forget-notes'],
  ['retire-topic'],
  ['retire-topic', '--undo'],
];
