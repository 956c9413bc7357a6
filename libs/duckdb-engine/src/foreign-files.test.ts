import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import parquetjs from '@dsnp/parquetjs';
import { ArchiveContentError } from '@antenna/hourly-batch';
import { writeInt96Event } from '@antenna/test-kit';
import { execa } from 'execa';
import { anArchivedEvent, anEvent, HOUR, parquetFolder, type ParquetFolder } from './testing/parquet-folder.ts';

const WITHOUT_ZONE = "TIMESTAMP '2022-10-29 13:30:00'";
const WITH_ZONE = "TIMESTAMPTZ '2022-10-29 13:30:00+00'";

let folder: ParquetFolder;
beforeEach(async () => {
  folder = await parquetFolder();
});
afterEach(() => folder.close());

describe('a file name that is a pattern to DuckDB', () => {
  it.each([
    ['part-[0-9].parquet', 'part-5.parquet'],
    ['a*b.parquet', 'axb.parquet'],
    ['x?.parquet', 'x1.parquet'],
    ['{0,1}.parquet', '0.parquet'],
    ['[!a].parquet', 'b.parquet'],
    ['**.parquet', 'other.parquet'],
    ['[[].parquet', '[.parquet'],
    ['a\\b.parquet', 'a.parquet'],
  ])('such as %s matches only the file of that name, and not its neighbour %s', async (name, sibling) => {
    const [file] = [await folder.write(name, anEvent()), await folder.write(sibling, anEvent())];
    expect(await folder.aggregate(file)).toMatchObject({
      events: 1,
      rows: [{ value: 5n }, { value: 5n }, { value: 5n }],
    });
  });

  it('is taken literally in the name of a folder', async () => {
    for (const name of ['arch[1]', 'arch1']) await mkdir(join(folder.path, name));
    const file = await folder.write('arch[1]/a.parquet', anEvent({ bytes: '7::BIGINT' }));
    await folder.write('arch1/a.parquet', anEvent());
    expect((await folder.aggregate(file)).rows[0]).toMatchObject({ value: 7n });
  });

  it('is shown unchanged in the error when its file cannot be counted', async () => {
    const file = await folder.write('part-[0-9].parquet', anEvent({ bytes: '-1::BIGINT' }));
    await expect(folder.aggregate(file)).rejects.toThrow('part-[0-9].parquet has 1 rows with negative bytes');
  });

  it('is refused with the name of the file where no pattern of DuckDB matches it', async () => {
    const file = await folder.write('a\\*.parquet', anEvent());
    await expect(folder.aggregate(file)).rejects.toThrow(ArchiveContentError);
    await expect(folder.aggregate(file)).rejects.toThrow('a\\*.parquet cannot be read');
  });
});

describe('timestamps without a zone in files beside timestamps with one', () => {
  it('are in UTC, independent of the time zone of the host', async () => {
    const files = [
      await folder.write('a.parquet', anEvent({ timestamp: WITHOUT_ZONE })),
      await folder.write('b.parquet', anEvent({ timestamp: WITH_ZONE })),
    ];
    const module = JSON.stringify(new URL('./duckdb-hour-engine.ts', import.meta.url).href);
    const program = `
      import { DuckDbHourEngine } from ${module};
      const paths = ${JSON.stringify(files.map(({ path }) => join(folder.path, path)))};
      const engine = new DuckDbHourEngine({ files: { fetch: () => Promise.resolve(paths) } });
      const { events } = await engine.aggregate(${HOUR}, paths.map((path) => ({ path, sizeBytes: 0 })));
      console.log(events);`;
    const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program], {
      env: { TZ: 'America/New_York', NODE_OPTIONS: '' },
      stderr: 'inherit',
    });
    expect(stdout).toBe('2');
  });
});

describe('columns as other writers declare them', () => {
  it.each([
    [
      'with names in capitals',
      `SELECT "timestamp" AS "TIMESTAMP", id AS "Id", antenna_id, bytes AS "Bytes", app FROM (${anEvent()})`,
    ],
    ['of type DECIMAL', anEvent({ bytes: '5::DECIMAL(20,0)' })],
    ['of type DECIMAL with 38 digits', anEvent({ bytes: '5::DECIMAL(38,0)' })],
    ['of unsigned integers', anEvent({ bytes: '5::UBIGINT' })],
    ['beside a structure with a field of the same name', anEvent({}, ", {'bytes': 3, 'more': [1]} AS extra")],
  ])("%s are counted like the product's own", async (_, select) => {
    const [ours, theirs] = [await folder.write('a.parquet', anEvent()), await folder.write('b.parquet', select)];
    for (const files of [[theirs], [ours, theirs], [theirs, ours]]) {
      const { rows } = await folder.aggregate(...files);
      expect(rows.map(({ value }) => value)).toEqual(Array(3).fill(BigInt(5 * files.length)));
    }
  });

  it('may hold the time as INT96, beside a file with a time zone', async () => {
    await writeInt96Event(join(folder.path, 'a.parquet'), HOUR + 1_800_000, 7);
    const file = await folder.write('b.parquet', anEvent({ timestamp: WITH_ZONE }));
    expect((await folder.aggregate({ path: 'a.parquet', sizeBytes: 0 }, file)).rows[0]).toMatchObject({ value: 12n });
  });

  it('are recognised as offsets in any letter case', async () => {
    const select = `SELECT * RENAME (kafka_offset AS "Kafka_Offset") FROM (${anArchivedEvent(0, 7)})`;
    expect(await folder.aggregate(await folder.write('a.parquet', select))).toMatchObject({
      offsets: [{ partition: 0, firstOffset: 7, lastOffset: 7 }],
    });
  });

  it.each([
    ['with a fraction', anEvent({ bytes: '5.5::DECIMAL(4,1)' }), 'column bytes of type DECIMAL(4,1)'],
    ['of floating point', anEvent({ bytes: '5::DOUBLE' }), 'column bytes of type DOUBLE'],
    ['that are a structure', anEvent({ id: "{'v': 'ana'}" }), 'column id of type STRUCT'],
    ['of unspecified bytes', anEvent({ id: "'ana'::BLOB" }), 'column id of type BLOB'],
  ])('%s are refused with the name of the file', async (_, select, fault) => {
    const [ours, theirs] = [await folder.write('a.parquet', anEvent()), await folder.write('b.parquet', select)];
    await expect(folder.aggregate(ours, theirs)).rejects.toThrow(`are no archive of events: b.parquet has ${fault}`);
  });

  it('whose names differ only in letter case are refused with the name of the file', async () => {
    const text = { type: 'UTF8' } as const;
    const schema = new parquetjs.ParquetSchema({
      ...{ timestamp: { type: 'TIMESTAMP_MILLIS' }, id: text, antenna_id: text, app: text },
      ...{ bytes: { type: 'INT64' }, BYTES: { type: 'INT64' } },
    });
    const writer = await parquetjs.ParquetWriter.openFile(schema, join(folder.path, 'a.parquet'));
    await writer.appendRow({ timestamp: new Date(HOUR), id: 'a', antenna_id: 'a', app: 'x', bytes: 5, BYTES: 6 });
    await writer.close();
    await expect(folder.aggregate({ path: 'a.parquet', sizeBytes: 0 })).rejects.toThrow(
      'a.parquet has two columns named bytes',
    );
  });

  it('with an infinite time are refused as rows of other hours', async () => {
    const file = await folder.write('a.parquet', anEvent({ timestamp: "'infinity'::TIMESTAMP" }));
    await expect(folder.aggregate(file)).rejects.toThrow('a.parquet has 1 rows of other hours');
  });
});
