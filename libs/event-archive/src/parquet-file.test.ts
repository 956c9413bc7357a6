import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { readParquet } from 'parquet-wasm';
import { type EventColumns, firstDifference } from '@antenna/archive-format';
import { textsIn, utf8Texts } from '@antenna/event-schema';
import { joinColumns } from './decode-file.ts';
import { parquetFile } from './parquet-file.ts';
import { parquetRowGroups, parquetRows } from './parquet-reader.ts';
import { aRow, columnsOf, manyRows, rowsIn, SOME_TIME_MS, type TestRow } from './rows-for-tests.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-file-'));
  file = join(folder, 'rows.parquet');
});

afterEach(() => rm(folder, { recursive: true }));

async function write(rows: EventColumns): Promise<void> {
  await writeFile(file, parquetFile(rows));
}

async function readIndependently(): Promise<readonly TestRow[]> {
  const rows = [];
  for await (const group of parquetRowGroups(file)) rows.push(...rowsIn(group));
  return rows;
}

/** @returns the rows of the query's result as texts. */
async function queryWithDuckDb(sql: string): Promise<readonly unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run(`SET TimeZone = 'America/Los_Angeles'; CREATE VIEW rows AS FROM read_parquet('${file}')`);
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function readWithDuckDb(): Promise<readonly TestRow[]> {
  const rows = await queryWithDuckDb(
    'SELECT kafka_offset, epoch_ms("timestamp"), id, antenna_id, bytes, app FROM rows',
  );
  return rows.map(([offset, eventTimeMs, id, antennaId, bytes, app]) => ({
    offset: Number(offset),
    eventTimeMs: Number(eventTimeMs),
    id: String(id),
    antennaId: String(antennaId),
    bytes: Number(bytes),
    app: String(app),
  }));
}

/** Reads the file with the Rust implementation of Apache Arrow. */
async function readWithArrow(): Promise<readonly TestRow[]> {
  const table = tableFromIPC(readParquet(await readFile(file)).intoIPCStream());
  const [offset, time, id, antennaId, bytes, app] = [
    'kafka_offset',
    'timestamp',
    'id',
    'antenna_id',
    'bytes',
    'app',
  ].map((name): unknown[] => [...(table.getChild(name) ?? [])]);
  return Array.from({ length: table.numRows }, (_, row) => ({
    offset: Number(offset?.[row]),
    eventTimeMs: Number(time?.[row]),
    id: String(id?.[row]),
    antennaId: String(antennaId?.[row]),
    bytes: Number(bytes?.[row]),
    app: String(app?.[row]),
  }));
}

/** Stable: rows of the same time keep their order. */
function inTimeOrder(rows: readonly TestRow[]): readonly TestRow[] {
  return rows.toSorted((left, right) => left.eventTimeMs - right.eventTimeMs);
}

describe('an archive file', () => {
  it.each<[string, readonly TestRow[]]>([
    ['one row', [aRow()]],
    [
      'texts of all scripts',
      ['naïve', '日本', '🛰️', '"\'\\\n', 'x'.repeat(256)].map((id) => aRow({ id, antennaId: id, app: id })),
    ],
    ['the smallest and the largest bytes', [aRow({ bytes: 0 }), aRow({ bytes: 2 ** 40 })]],
    [
      'offsets that 32 bits cannot hold',
      [aRow({ offset: 0 }), aRow({ offset: 2 ** 32 + 1 }), aRow({ offset: 2 ** 53 - 1 })],
    ],
    ['the first instant and a far one', [aRow({ eventTimeMs: 0 }), aRow({ eventTimeMs: Date.UTC(9999, 11, 31) })]],
    ['the same row many times', Array.from({ length: 1000 }, () => aRow())],
    ['as many rows as a page', manyRows(65_536)],
    ['one row more than a page', manyRows(65_537)],
    ['values without repetition', manyRows(1000).map((row, index) => ({ ...row, id: `${index}`, bytes: index ** 3 }))],
    [
      'more users than one page has rows',
      manyRows(70_000).map((row, index) => ({ ...row, id: `user ${index % 40_000}` })),
    ],
    [
      'more texts than a dictionary may hold',
      manyRows(34_000).map((row, index) => ({ ...row, id: `${index}`.padStart(250, 'user') })),
    ],
  ])('of %s is read alike by three independent readers', async (_what, rows) => {
    await write(columnsOf(rows));
    expect(await readIndependently()).toEqual(rows);
    expect(await readWithDuckDb()).toEqual(rows);
    expect(await readWithArrow()).toEqual(rows);
  });

  it('of runs of any lengths is read back unchanged', async () => {
    const runs = fc.array(fc.tuple(fc.nat({ max: 700 }), fc.integer({ min: 1, max: 40 })), {
      minLength: 1,
      maxLength: 300,
    });
    await fc.assert(
      fc.asyncProperty(runs, async (lengths) => {
        const users = lengths.flatMap(([user, length]) => Array.from({ length }, () => `user ${user}`));
        const rows = users.map((id, offset) => aRow({ offset, id, bytes: offset % 3 }));
        await write(columnsOf(rows));
        expect(await readIndependently()).toEqual(rows);
        expect(await readWithDuckDb()).toEqual(rows);
      }),
      { numRuns: 20 },
    );
  });

  it('of arbitrary rows is read back unchanged', async () => {
    const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).map((any) => any.toWellFormed());
    const row = fc.record({
      offset: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      eventTimeMs: fc.nat({ max: 253_402_300_799_999 }),
      id: text,
      antennaId: text,
      bytes: fc.nat({ max: 2 ** 40 }),
      app: text,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 300, size: 'max' }), async (rows) => {
        await write(columnsOf(rows));
        expect(await readIndependently()).toEqual(inTimeOrder(rows));
      }),
      { numRuns: 50 },
    );
  });

  it('has its rows in the order of event time, and rows of the same time in offset order', async () => {
    const times = [3, 1, 2, 1, 3, 0].map((second) => SOME_TIME_MS + second * 1000);
    await write(columnsOf(times.map((eventTimeMs, offset) => aRow({ offset, eventTimeMs, bytes: offset }))));
    const rows = await readIndependently();
    expect(rows.map(({ offset, bytes }) => [offset, bytes])).toEqual(
      [5, 1, 3, 2, 0, 4].map((offset) => [offset, offset]),
    );
    expect(await readWithDuckDb()).toEqual(rows);
  });

  it('needs few bytes for event times that arrive unordered', async () => {
    const jumbled = (index: number) => (index * 7919) % 60_000;
    const rows = manyRows(60_000).map((row, index) => ({
      ...row,
      eventTimeMs: SOME_TIME_MS + Math.floor(jumbled(index) / 100) * 1000,
    }));
    await write(columnsOf(rows));
    const [[bytes] = []] = await queryWithDuckDb(
      `SELECT sum(total_compressed_size) FROM parquet_metadata('${file}') WHERE path_in_schema = 'timestamp'`,
    );
    expect(Number(bytes)).toBeLessThan(rows.length / 10);
  });

  it('has statistics of its times and offsets, by which readers skip it', async () => {
    await write(columnsOf(manyRows(1000)));
    const columns = await queryWithDuckDb(
      `SELECT path_in_schema FROM parquet_metadata('${file}') WHERE stats_min_value IS NOT NULL ORDER BY ALL`,
    );
    expect(columns.flat()).toEqual(['kafka_offset', 'kafka_partition', 'timestamp']);
  });

  it('keeps the order and the number of rows over several row groups', async () => {
    const rows = columnsOf(manyRows(6000));
    await writeFile(file, parquetFile(rows, 2500));
    const groups = [];
    for await (const group of parquetRowGroups(file)) groups.push(group);
    const [first, ...others] = groups;
    expect(others).toHaveLength(2);
    expect(firstDifference(rows, joinColumns([first!, ...others]))).toBeUndefined();
    expect(await queryWithDuckDb('SELECT count(*), sum(bytes) FROM rows')).toEqual([
      ['6000', String(rows.bytes.reduce((sum, bytes) => sum + bytes, 0))],
    ]);
  });

  it('contains no dictionary text without a row', async () => {
    const [row] = manyRows(1);
    const columns = columnsOf([row!]);
    await write({ ...columns, id: { ...columns.id, values: utf8Texts([...textsIn(columns.id.values), 'unused']) } });
    expect(await readIndependently()).toEqual([row]);
    expect(await readFile(file, 'latin1')).not.toContain('unused');
  });

  it('is refused when a row has the code of no text', () => {
    const rows = columnsOf(manyRows(33_000));
    const codes = rows.id.codes.with(-1, 33_000);
    expect(() => parquetFile({ ...rows, id: { ...rows.id, codes } })).toThrow('out of bounds: 33000');
  });

  it('has the columns of the contract', async () => {
    await write(columnsOf([aRow()]));
    expect((await queryWithDuckDb('DESCRIBE rows')).map(([name, type]) => [name, type])).toEqual([
      ['timestamp', 'TIMESTAMP WITH TIME ZONE'],
      ['id', 'VARCHAR'],
      ['antenna_id', 'VARCHAR'],
      ['bytes', 'BIGINT'],
      ['app', 'VARCHAR'],
      ['kafka_partition', 'INTEGER'],
      ['kafka_offset', 'BIGINT'],
    ]);
  });

  it('uses only codecs and encodings that every reader supports', async () => {
    await write(columnsOf(manyRows(5000)));
    const used = await queryWithDuckDb(`SELECT DISTINCT compression, encodings FROM parquet_metadata('${file}')`);
    const names = new Set(used.flatMap(([codec, encodings]) => [String(codec), ...String(encodings).split(', ')]));
    expect([...names].sort()).toEqual(['GZIP', 'PLAIN', 'RLE', 'RLE_DICTIONARY']);
  });

  it('is decoded with its partition and all of its rows', async () => {
    await write(columnsOf([aRow({ offset: 7 })], 11));
    const rows = [];
    for await (const row of parquetRows(file)) rows.push(row);
    expect(rows).toEqual([{ partition: 11, ...aRow({ offset: 7 }) }]);
  });
});

describe('a file that is no archive file', () => {
  const readAll = async () => {
    const rows = [];
    for await (const row of parquetRows(file)) rows.push(row);
    return rows;
  };

  it('is named in the error when it is no Parquet file', async () => {
    await writeFile(file, 'timestamp,id\n');
    await expect(readAll()).rejects.toMatchObject({ code: 'ARCHIVE_FILE_UNREADABLE', retryable: false });
  });

  it('is named in the error when it is cut off', async () => {
    const bytes = parquetFile(columnsOf(manyRows(100)));
    await writeFile(file, bytes.subarray(0, bytes.length / 2));
    await expect(readAll()).rejects.toThrow(file);
  });

  it.each([
    ['lacks a column', `SELECT 'x' AS id`, 'column'],
    ['has a time of day without a zone and microseconds', `SELECT now()::TIMESTAMP AS "timestamp"`, 'timestamp'],
  ])('is named in the error when it %s', async (_what, select, reason) => {
    await write(columnsOf([aRow()]));
    const foreign = join(folder, 'foreign.parquet');
    await queryWithDuckDb(`COPY (${select}) TO '${foreign}' (FORMAT parquet)`);
    file = foreign;
    await expect(readAll()).rejects.toThrow(reason);
  });

  it('causes another error than a missing file', async () => {
    await expect(readAll()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
