import { existsSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDbHourEngine } from './duckdb-hour-engine.ts';
import type { LocalFiles } from './local-files.ts';
import { anArchivedEvent, anEvent, HOUR, parquetFolder, type ParquetFolder } from './testing/parquet-folder.ts';

let folder: ParquetFolder;
beforeEach(async () => {
  folder = await parquetFolder();
});
afterEach(() => folder.close());

describe("the product's own files of an hour", () => {
  it('are added up by antenna, app and user, with the offsets of each partition', async () => {
    const totals = await folder.aggregate(
      await folder.write('a.parquet', `${anArchivedEvent(0, 7)} UNION ALL ${anArchivedEvent(0, 9, { id: "'bob'" })}`),
      await folder.write('b.parquet', anArchivedEvent(3, 1, { app: "'TELEGRAM'", bytes: '7::BIGINT' })),
    );
    expect(totals).toEqual({
      rows: [
        { type: 'antenna_total_bytes', id: 'antenna', value: 17n },
        { type: 'app_total_bytes', id: 'SKYPE', value: 10n },
        { type: 'app_total_bytes', id: 'TELEGRAM', value: 7n },
        { type: 'user_total_bytes', id: 'ana', value: 12n },
        { type: 'user_total_bytes', id: 'bob', value: 5n },
      ],
      events: 3,
      offsets: [
        { partition: 0, firstOffset: 7, lastOffset: 9 },
        { partition: 3, firstOffset: 1, lastOffset: 1 },
      ],
    });
  });

  it('give ids sorted by their bytes, the key order of Postgres', async () => {
    const ids = ['é', 'z', 'B', 'a', '😀', '\u{ff5e}'];
    const file = await folder.write('a.parquet', ids.map((id) => anEvent({ id: `'${id}'` })).join(' UNION ALL '));
    const users = (await folder.aggregate(file)).rows.filter(({ type }) => type === 'user_total_bytes');
    expect(users.map(({ id }) => id)).toEqual(['B', 'a', 'z', 'é', '\u{ff5e}', '😀']);
  });

  it('keep the byte order mark at the beginning of an id, which is distinct from the id without it', async () => {
    const ids = ['ana', '\ufeff', '\ufeffana', '\ufeff\ufeffana', 'an\ufeffa'];
    const event = (id: string) => anEvent({ id: `'${id}'`, antennaId: `'${id}'`, app: `'${id}'` });
    const { rows } = await folder.aggregate(await folder.write('a.parquet', ids.map(event).join(' UNION ALL ')));
    for (const type of ['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes']) {
      const found = rows.filter((row) => row.type === type).map(({ id }) => id);
      expect(found).toEqual(['ana', 'an\ufeffa', '\ufeff', '\ufeffana', '\ufeff\ufeffana']);
    }
  });

  it('are added up exactly beyond 2^53 and 2^63', async () => {
    const most = '9223372036854775807::BIGINT';
    const file = await folder.write('a.parquet', `${anEvent({ bytes: most })} UNION ALL ${anEvent({ bytes: most })}`);
    expect((await folder.aggregate(file)).rows[0]).toMatchObject({ value: 18446744073709551614n });
  });

  it('may be very many, and are fetched in groups', async () => {
    const files = await Promise.all(
      Array.from({ length: 40 }, (_, offset) => folder.write(`${offset}.parquet`, anArchivedEvent(0, offset))),
    );
    const progress: [number, number][] = [];
    const engine = new DuckDbHourEngine({
      files: folder.localFiles,
      onFetched: (done, total) => progress.push([done, total]),
    });
    expect(await engine.aggregate(HOUR, files)).toMatchObject({ events: 40 });
    expect(progress).toEqual([
      [16, 40],
      [32, 40],
      [40, 40],
    ]);
  });

  it('leave no fetched copies behind', async () => {
    const file = await folder.write('a.parquet', anEvent());
    const folders: string[] = [];
    const files: LocalFiles = {
      fetch: async (paths, temporaryFolder) => {
        folders.push(temporaryFolder);
        await writeFile(join(temporaryFolder, 'copy'), '');
        return folder.localFiles.fetch(paths, temporaryFolder);
      },
    };
    await new DuckDbHourEngine({ files }).aggregate(HOUR, [file]);
    expect(folders.map((path) => existsSync(path))).toEqual([false]);
  });
});

describe('files of other writers', () => {
  it('are counted without offsets', async () => {
    expect(await folder.aggregate(await folder.write('part-0.parquet', anEvent()))).toMatchObject({
      events: 1,
      offsets: undefined,
    });
  });

  it('may have their columns in another order, and further columns', async () => {
    const totals = await folder.aggregate(
      await folder.write('a.parquet', anEvent({}, ', 1 AS year, 2 AS extra')),
      await folder.write('b.parquet', `SELECT app, bytes, id, antenna_id, "timestamp" FROM (${anEvent()})`),
    );
    expect(totals).toMatchObject({ events: 2 });
  });

  it.each([
    "TIMESTAMP '2022-10-29 13:59:59.999999'",
    "TIMESTAMPTZ '2022-10-29 13:59:59.999999+00'",
    "TIMESTAMP_MS '2022-10-29 13:00:00'",
    "TIMESTAMP_NS '2022-10-29 13:59:59.999999999'",
  ])('may have a timestamp of the type in %s', async (timestamp) => {
    expect(await folder.aggregate(await folder.write('a.parquet', anEvent({ timestamp })))).toMatchObject({
      events: 1,
    });
  });

  it('may have integers of fewer bits', async () => {
    const file = await folder.write('a.parquet', anEvent({ bytes: '5::INTEGER' }));
    expect((await folder.aggregate(file)).rows[0]).toMatchObject({ value: 5n });
  });
});

describe('a file that cannot be counted is named in the error', () => {
  it.each([
    ['of the hour before', { timestamp: "TIMESTAMP '2022-10-29 12:59:59.999999'" }, '1 rows of other hours'],
    ['of the hour after', { timestamp: "TIMESTAMP '2022-10-29 14:00:00'" }, '1 rows of other hours'],
    ['without a time', { timestamp: 'NULL::TIMESTAMP' }, '1 rows with an empty column'],
    ['without a user', { id: 'NULL::VARCHAR' }, '1 rows with an empty column'],
    ['without an antenna', { antennaId: 'NULL::VARCHAR' }, '1 rows with an empty column'],
    ['without an app', { app: 'NULL::VARCHAR' }, '1 rows with an empty column'],
    ['without bytes', { bytes: 'NULL::BIGINT' }, '1 rows with an empty column'],
    ['with negative bytes', { bytes: '-1::BIGINT' }, '1 rows with negative bytes'],
  ])('when it has a row %s', async (_, event, fault) => {
    const good = await folder.write('good.parquet', anArchivedEvent(0, 1));
    const bad = await folder.write('bad.parquet', `${anArchivedEvent(0, 2)} UNION ALL ${anArchivedEvent(0, 3, event)}`);
    await expect(folder.aggregate(good, bad)).rejects.toThrow(
      `rows of hour 2022-10-29T13 cannot be counted: bad.parquet has ${fault}`,
    );
  });

  it('when it lacks a column that other files have', async () => {
    const good = await folder.write('good.parquet', anEvent());
    const bad = await folder.write('bad.parquet', `SELECT "timestamp", id, antenna_id, app FROM (${anEvent()})`);
    await expect(folder.aggregate(good, bad)).rejects.toThrow('no archive of events: bad.parquet has no column bytes');
  });

  it('when it is no Parquet file', async () => {
    const good = await folder.write('good.parquet', anEvent());
    const bad = await folder.write('bad.parquet', anEvent());
    await truncate(join(folder.path, 'bad.parquet'), 20);
    await expect(folder.aggregate(good, bad)).rejects.toMatchObject({ code: 'ARCHIVE_CONTENT' });
    await expect(folder.aggregate(good, bad)).rejects.toThrow(/^bad\.parquet cannot be read: /);
  });
});

describe('files that are no archive of events are refused', () => {
  it('with every column that is missing or of another type', async () => {
    const file = await folder.write('a.parquet', "SELECT 1.5 AS bytes, 'x' AS id, DATE '2022-10-29' AS \"timestamp\"");
    await expect(folder.aggregate(file)).rejects.toThrow(
      'the files of hour 2022-10-29T13 are no archive of events: a.parquet has column timestamp of type DATE, ' +
        'no column antenna_id, column bytes of type DECIMAL(2,1), no column app',
    );
  });
});

it('an hour beyond the memory limit fails with an error that names what DuckDB lacks', async () => {
  const select = `SELECT * REPLACE (repeat(i::VARCHAR, 50) AS id) FROM (${anEvent()}), range(400000) AS numbers (i)`;
  const file = await folder.write('a.parquet', select);
  const engine = new DuckDbHourEngine({ files: folder.localFiles, limits: { memoryMiB: 1, threads: 1 } });
  await expect(engine.aggregate(HOUR, [file])).rejects.toMatchObject({ code: 'ENGINE_FAILED', exitCode: 1 });
});
