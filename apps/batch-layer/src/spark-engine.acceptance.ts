import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { DuckDbHourEngine } from '@antenna/duckdb-engine';
import type { HourEngine, ListedFile } from '@antenna/hourly-batch';
import { SparkHourEngine } from '@antenna/spark-engine';
import { TestSystem, writeInt96Event } from './testing/test-system.ts';
import type { TestEvent } from './testing/test-worker.ts';

const HOUR = Date.UTC(2022, 9, 29, 13);
const FOLDER = 'year=2022/month=10/day=29/hour=13';
const ONE_HOUR = ['run', '--date=2022-10-29', '--hour=13'];

const sparkUrl = process.env['TEST_SPARK_SQL_URL'] ?? '';
const withSpark = ['--engine=spark', `--spark-sql-url=${sparkUrl}`];

let system: TestSystem;
beforeEach(async () => {
  system = await TestSystem.start();
  await mkdir(join(system.archiveFolder, FOLDER), { recursive: true });
});
afterEach(() => system.close());

/** The rows that a run writes, without the engine's name and the times of the run. */
async function results() {
  return {
    hourly: await system.rowsOf('SELECT * FROM bytes_hourly ORDER BY timestamp, type, id'),
    overQuota: await system.rowsOf('SELECT * FROM user_quota_limit ORDER BY email'),
    runs: await system.rowsOf(
      'SELECT revision, was_final, input_files, events, event_bytes, hourly_rows FROM pipeline.batch_run',
    ),
  };
}

async function computedBy(engine: 'duckdb' | 'spark') {
  await system.rowsOf('DELETE FROM pipeline.batch_run');
  await system.rowsOf('DELETE FROM bytes_hourly');
  await system.rowsOf('DELETE FROM user_quota_limit');
  const { exitCode, stderr } = await system.batchLayer([...ONE_HOUR, ...(engine === 'spark' ? withSpark : [])]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const [run] = await system.rowsOf<{ engine: string }>('SELECT engine FROM pipeline.batch_run');
  expect(run?.engine).toMatch(new RegExp(`^${engine} v?\\d`));
  return results();
}

function someEvents(count: number, first = 0): readonly TestEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return {
      at: new Date(HOUR + ((number * 7919) % 3_600_000)).toISOString(),
      id: number % 5 === 0 ? `00000000-0000-0000-0000-00000000000${1 + (number % 9)}` : `é😀 ${number % 83}`,
      antennaId: `antenna ${number % 7}`,
      app: ['SKYPE', "O'Brien\\", 'a"b'][number % 3] ?? '',
      bytes: number % 11 === 0 ? 0 : (number * 104_729) % 300_000,
    };
  });
}

describe('an hour computed by Spark', () => {
  it('has the same rows as the hour computed by DuckDB', async () => {
    await system.worker.archive(0, someEvents(3_000));
    await system.worker.archive(0, someEvents(500, 3_000));
    await system.worker.archive(3, [...someEvents(700, 9_000), { at: '2022-10-29T12:59:59.999Z' }]);
    const expected = await computedBy('duckdb');
    expect(expected.hourly.length).toBeGreaterThan(80);
    expect(expected.overQuota.length).toBeGreaterThan(0);
    expect(await computedBy('spark')).toEqual(expected);
  });

  it('includes a late event when it is computed again', async () => {
    await system.worker.archive(0, someEvents(10));
    await system.batchLayer([...ONE_HOUR, ...withSpark]);
    await system.worker.archive(1, [{ at: '2022-10-29T13:59:59.999Z', id: 'late', bytes: 2 ** 40 }]);
    await system.batchLayer([...ONE_HOUR, ...withSpark]);
    const late = "SELECT value FROM bytes_hourly WHERE type = 'user_total_bytes' AND id = 'late'";
    expect(await system.rowsOf(late)).toEqual([{ value: String(2 ** 40) }]);
    const { hourly } = await results();
    expect(hourly).toEqual((await computedBy('duckdb')).hourly);
  });

  it('leaves out files that the manifest does not list yet', async () => {
    await system.worker.archive(0, someEvents(20));
    await system.worker.abandon(0, someEvents(20));
    const [run] = (await computedBy('spark')).runs;
    expect(run).toMatchObject({ events: '20' });
  });
});

describe('both engines', () => {
  const engines = (): readonly (readonly [string, HourEngine])[] => {
    const { hostname: host, port } = new URL(sparkUrl.replace('thrift:', 'http:'));
    const local = (paths: readonly string[]) => paths.map((path) => join(system.archiveFolder, path));
    return [
      ['duckdb', new DuckDbHourEngine({ files: { fetch: (paths) => Promise.resolve(local(paths)) } })],
      [
        'spark',
        new SparkHourEngine({
          endpoint: { host, port: Number(port), username: 'test', password: undefined },
          archiveUrl: `file://${system.archiveFolder}`,
        }),
      ],
    ];
  };

  const outcomes = async (files: readonly ListedFile[]) => {
    const [duckdb, spark] = await Promise.all(
      engines().map(([, engine]) =>
        engine.aggregate(HOUR, files).catch((error: unknown) => (error instanceof Error ? error.message : error)),
      ),
    );
    return { duckdb, spark };
  };

  it('sum exactly beyond 2^53, and agree on files written by another program', async () => {
    const select = (id: string) =>
      `SELECT TIMESTAMP '2022-10-29 13:30:00' + to_microseconds(i) AS "timestamp", '${id}' AS id, 'a' AS antenna_id,
       4611686018427387000::BIGINT AS bytes, 'x' AS app, i AS extra FROM range(2) t (i)`;
    const files = [await write('part-0.snappy.parquet', select('ana')), await write('part-1.gz.parquet', NO_ROWS)];
    const { duckdb, spark } = await outcomes(files);
    expect(spark).toEqual(duckdb);
    expect(spark).toMatchObject({ events: 2, offsets: undefined });
    expect(JSON.stringify(spark, texts)).toContain('9223372036854774000');
  });

  it('compute an hour of hundreds of files', async () => {
    const files = await Promise.all(Array.from({ length: 300 }, (_, file) => write(`f${file}.parquet`, oneEvent())));
    const { duckdb, spark } = await outcomes(files);
    expect(spark).toMatchObject({ events: 300 });
    expect(spark).toEqual(duckdb);
  });

  it.each([
    ['of another hour', { timestamp: "TIMESTAMP '2022-10-29 14:00:00'" }],
    ['without a user', { id: 'NULL::VARCHAR' }],
    ['with negative bytes', { bytes: '-1::BIGINT' }],
    ['without bytes', { bytes: 'NULL::BIGINT' }],
  ])('refuse a row %s, and name its file', async (_, event) => {
    const files = [await write('good.parquet', oneEvent()), await write('bad.parquet', oneEvent(event))];
    const { duckdb, spark } = await outcomes(files);
    expect(spark).toContain(`${FOLDER}/bad.parquet has 1 rows`);
    expect(spark).toEqual(duckdb);
  });

  it('refuse an hour with a missing file, and name the file', async () => {
    const files = [await write('good.parquet', oneEvent()), await write('gone.parquet', oneEvent())];
    await rm(join(system.archiveFolder, FOLDER, 'gone.parquet'));
    const { duckdb, spark } = await outcomes(files);
    expect(duckdb).toContain(`${FOLDER}/gone.parquet`);
    expect(spark).toContain(`${FOLDER}/gone.parquet cannot be read`);
  });

  it('take the names of files and of the archive literally', async () => {
    const names = [
      'part-[0-9].parquet',
      'a*b.parquet',
      'x?.parquet',
      '{0,1}.parquet',
      'a,b.parquet',
      'é %20#&.parquet',
    ];
    const files = await Promise.all(names.map((name) => write(name, oneEvent())));
    for (const name of ['part-5.parquet', 'axb.parquet', 'x1.parquet', '0.parquet']) await write(name, oneEvent());
    const { duckdb, spark } = await outcomes(files);
    expect(spark).toMatchObject({ events: names.length });
    expect(spark).toEqual(duckdb);
    const inFolder = await write('../arch[1]/a.parquet', oneEvent());
    await write('../arch1/a.parquet', oneEvent());
    expect((await outcomes([inFolder])).spark).toMatchObject({ events: 1 });
  });

  it('name a file with pattern characters in its name when they refuse it', async () => {
    const files = [await write('x1.parquet', oneEvent()), await write('x?.parquet', oneEvent({ bytes: '-1::BIGINT' }))];
    const { duckdb, spark } = await outcomes(files);
    expect(spark).toContain(`${FOLDER}/x?.parquet has 1 rows`);
    expect(spark).toEqual(duckdb);
  });

  it('read an hour from its folders with and without padded numbers, even when their files have the same name', async () => {
    const files = [await write('a.parquet', oneEvent()), await write('../hour=013/a.parquet', oneEvent())];
    const { duckdb, spark } = await outcomes(files);
    expect(spark).toMatchObject({ events: 2 });
    expect(spark).toEqual(duckdb);
  });

  it.each([
    ['a time with a zone beside one without', oneEvent({ timestamp: "TIMESTAMPTZ '2022-10-29 13:30:00+00'" })],
    [
      'columns in capitals',
      `SELECT "timestamp" AS "TIMESTAMP", id, antenna_id, bytes AS "Bytes", app FROM (${oneEvent()})`,
    ],
    [
      'columns in another order, and others',
      `SELECT 1 AS year, app, bytes, id, antenna_id, "timestamp" FROM (${oneEvent()})`,
    ],
  ])('count %s like a file of the speed layer', async (_, select) => {
    const { duckdb, spark } = await outcomes([await write('a.parquet', oneEvent()), await write('b.parquet', select)]);
    expect(spark).toMatchObject({ events: 2 });
    expect(spark).toEqual(duckdb);
  });

  it.each(['5::DECIMAL(9,0)', '5::DECIMAL(18,0)', '5::DECIMAL(38,0)', '5::UBIGINT', '5::INTEGER'])(
    'count bytes that are written as %s',
    async (bytes) => {
      const { duckdb, spark } = await outcomes([await write('a.parquet', oneEvent({ bytes }))]);
      expect(spark).toMatchObject({ events: 1, rows: [{ value: 5n }, { value: 5n }, { value: 5n }] });
      expect(spark).toEqual(duckdb);
    },
  );

  it('accept timestamps that are written as INT96', async () => {
    const path = `${FOLDER}/a.parquet`;
    await writeInt96Event(join(system.archiveFolder, path), HOUR + 1_800_000, 7);
    const { duckdb, spark } = await outcomes([{ path, sizeBytes: 0 }]);
    expect(spark).toMatchObject({ events: 1, rows: [{ value: 7n }, { value: 7n }, { value: 7n }] });
    expect(spark).toEqual(duckdb);
  });

  it.each(['5.5::DECIMAL(9,1)', '5.0::DECIMAL(18,2)', '5::DOUBLE', "'5'"])(
    'refuse bytes that are written as %s, whose digits are no whole number',
    async (bytes) => {
      const { duckdb, spark } = await outcomes([await write('a.parquet', oneEvent({ bytes }))]);
      expect(spark).toContain('they have column bytes of type');
      expect(duckdb).toContain('a.parquet has column bytes of type');
    },
  );

  it('refuse a file whose bytes column is no whole number, and name the file', async () => {
    const files = [await write('good.parquet', oneEvent()), await write('bad.parquet', oneEvent({ bytes: '1.5' }))];
    expect((await outcomes(files)).spark).toContain('have columns that Spark cannot bring together');
  });
});

it('a run whose Spark server does not answer fails, and does not change the result of the hour', async () => {
  await system.worker.archive(0, someEvents(3));
  const unreachable = ['--engine=spark', '--spark-sql-url=thrift://127.0.0.1:1'];
  const { exitCode, stderr } = await system.batchLayer([...ONE_HOUR, ...unreachable]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("SPARK_UNAVAILABLE: Spark's SQL endpoint at 127.0.0.1:1");
  expect(await system.rowsOf('SELECT * FROM bytes_hourly')).toEqual([]);
});

const texts = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

function oneEvent(event: { readonly timestamp?: string; readonly id?: string; readonly bytes?: string } = {}): string {
  const { timestamp = "TIMESTAMP '2022-10-29 13:30:00'", id = "'ana'", bytes = '5::BIGINT' } = event;
  return `SELECT ${timestamp} AS "timestamp", ${id} AS id, 'a' AS antenna_id, ${bytes} AS bytes, 'x' AS app,
    0::INTEGER AS kafka_partition, 7::BIGINT AS kafka_offset`;
}

/** A Parquet file without rows, as Spark writes for an empty task. */
const NO_ROWS = `SELECT "timestamp", id, antenna_id, bytes, app FROM (${oneEvent()}) WHERE false`;

async function write(name: string, select: string): Promise<ListedFile> {
  const path = posix.normalize(`${FOLDER}/${name}`);
  const file = join(system.archiveFolder, path);
  await mkdir(dirname(file), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return { path, sizeBytes: 0 };
}
