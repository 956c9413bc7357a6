import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import parquetjs from '@dsnp/parquetjs';
import { DuckDBInstance } from '@duckdb/node-api';
import { TestSystem } from './testing/test-system.ts';

const FOLDER = 'year=2022/month=10/day=29/hour=13';
const ONE_HOUR = ['run', '--date=2022-10-29', '--hour=13'];

let system: TestSystem;
let folder: string;
beforeEach(async () => {
  system = await TestSystem.start();
  folder = join(system.archiveFolder, FOLDER);
  await mkdir(folder, { recursive: true });
});
afterEach(() => system.close());

async function writeWithDuckDb(name: string, events: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (
    SELECT "timestamp"::TIMESTAMP AS "timestamp", id, antenna_id, bytes::BIGINT AS bytes, app
    FROM (VALUES ${events}) AS events ("timestamp", id, antenna_id, bytes, app)
  ) TO '${join(folder, name)}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

async function writeWithParquetJs(name: string, bytes: number): Promise<void> {
  const schema = new parquetjs.ParquetSchema({
    timestamp: { type: 'TIMESTAMP_MILLIS' },
    id: { type: 'UTF8' },
    antenna_id: { type: 'UTF8' },
    bytes: { type: 'INT64' },
    app: { type: 'UTF8' },
  });
  const writer = await parquetjs.ParquetWriter.openFile(schema, join(folder, name));
  await writer.appendRow({
    timestamp: new Date('2022-10-29T13:01:00Z'),
    id: 'bob',
    antenna_id: 'a',
    bytes,
    app: 'SKYPE',
  });
  await writer.close();
}

const totals = () => system.rowsOf("SELECT id, value FROM bytes_hourly WHERE type = 'user_total_bytes' ORDER BY id");

describe('an archive written by another program', () => {
  it('is computed from the files in its folders', async () => {
    await writeWithDuckDb('part-0.snappy.parquet', "('2022-10-29 13:00:00', 'ana', 'a', 5, 'SKYPE')");
    await writeWithParquetJs('part-1.parquet', 7);
    const { exitCode, stdout } = await system.batchLayer(ONE_HOUR);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('was computed without a manifest');
    expect(await totals()).toEqual([
      { id: 'ana', value: '5' },
      { id: 'bob', value: '7' },
    ]);
  });

  it('has its result replaced when its files change, and emptied when it has no file any more', async () => {
    await writeWithParquetJs('part-0.parquet', 7);
    await system.batchLayer(ONE_HOUR);
    await writeWithParquetJs('part-0.parquet', 8);
    await system.batchLayer(ONE_HOUR);
    expect(await totals()).toEqual([{ id: 'bob', value: '8' }]);
    await rm(join(folder, 'part-0.parquet'));
    expect((await system.batchLayer(ONE_HOUR)).exitCode).toBe(0);
    expect(await totals()).toEqual([]);
  });

  it('is read literally: names are no patterns, a link stands for its file, and folders with padded numbers count', async () => {
    await writeWithParquetJs('part-[0-9].parquet', 7);
    await writeWithParquetJs('../../../part-5.parquet', 100);
    await rename(join(folder, '../../../part-5.parquet'), join(system.archiveFolder, 'elsewhere'));
    await symlink(join(system.archiveFolder, 'elsewhere'), join(folder, 'link.parquet'));
    const padded = join(system.archiveFolder, 'year=2022/month=10/day=29/hour=07');
    await mkdir(padded);
    await rename(join(folder, 'part-[0-9].parquet'), join(folder, 'part-{0,1}?.parquet'));
    expect((await system.batchLayer(ONE_HOUR)).exitCode).toBe(0);
    expect(await totals()).toEqual([{ id: 'bob', value: '107' }]);
    await writeWithDuckDb('../hour=07/a.parquet', "('2022-10-29 07:00:00', 'ana', 'a', 5, 'SKYPE')");
    expect((await system.batchLayer(['run', '--date=2022-10-29', '--hour=7'])).exitCode).toBe(0);
    expect(await totals()).toEqual([
      { id: 'ana', value: '5' },
      { id: 'bob', value: '107' },
    ]);
  });

  it('is refused when a table format with a log of its own wrote it, and its earlier result stays', async () => {
    await writeWithParquetJs('part-0.parquet', 7);
    await system.batchLayer(ONE_HOUR);
    await mkdir(join(system.archiveFolder, '_delta_log'));
    const { exitCode, stderr } = await system.batchLayer(ONE_HOUR);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('ARCHIVE_LAYOUT: ARCHIVE_URL is a table of Delta Lake');
    expect(await totals()).toEqual([{ id: 'bob', value: '7' }]);
  });

  it('is refused when a file has a row of another hour, and the error names the file', async () => {
    await writeWithDuckDb('part-0.parquet', "('2022-10-29 14:00:00', 'ana', 'a', 5, 'SKYPE')");
    const { exitCode, stderr } = await system.batchLayer(ONE_HOUR);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${FOLDER}/part-0.parquet has 1 rows of other hours`);
    expect(await totals()).toEqual([]);
  });

  it('cannot be verified', async () => {
    await writeWithParquetJs('part-0.parquet', 7);
    const { exitCode, stdout } = await system.batchLayer(['verify', '--date=2022-10-29', '--hour=13']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('no manifest');
  });
});
