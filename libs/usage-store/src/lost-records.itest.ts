import { parseArchivePath } from '@antenna/archive-format';
import { FenceLostError } from '@antenna/ingestion';
import { type TestDatabase, testDatabase } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { openDatabase } from './database.ts';
import { OtherStreamError } from './errors.ts';
import { PostgresHourStore } from './hour-store.ts';
import { AbandonedFiles, type CommandedStream, LostRecords } from './lost-records.ts';
import { PostgresPositionStore } from './position-store.ts';

const STREAM: CommandedStream = {
  topic: 'devices',
  groupId: 'speed-layer',
  clusterId: 'cluster',
  archiveUrl: 'gs://bucket/events',
};
const HOUR_MS = Date.UTC(2022, 9, 29, 13);
const [FIRST = '', SECOND = ''] = [13, 14].map(
  (hour) => `year=2022/month=10/day=29/hour=${hour}/devices-0-000000000010-000000000020.parquet`,
);

let provided: TestDatabase;
let database: Knex;
let store: PostgresPositionStore;
let records: LostRecords;

beforeEach(async () => {
  provided = await testDatabase();
  database = openDatabase({ url: provided.url }, { applicationName: 'test', poolMax: 8 });
  store = new PostgresPositionStore(database, { ...STREAM, allowedLatenessMs: 60_000, owner: 'a test' });
  records = new LostRecords(database, STREAM);
  await store.claim(['totals', 'archive'], [0]);
  await database.raw('UPDATE pipeline.position SET next_offset = 10');
});

afterEach(async () => {
  await database.destroy();
  await provided.close();
});

const LAST_RECORD = { offset: 18, hash: 'record 18' };

const intend = (paths = [FIRST, SECOND], epoch = 1) =>
  store.recordIntent({
    ...{ partition: 0, epoch, startOffset: 10, endOffset: 20, decoderVersion: 1, paths },
    fingerprint: LAST_RECORD,
  });

const aFile = (path: string, rows = 3) => ({
  path,
  hourMs: parseArchivePath(path)?.hourMs ?? 0,
  rows,
  eventBytes: 30n,
  sizeBytes: 900,
  erasedEvents: 0,
  checksum: 'abc',
});

async function archivePosition() {
  const position = (await records.positions()).find(({ sink }) => sink === 'archive');
  if (position === undefined) throw new Error('the archive has no position');
  return position;
}

const aGap = (position: Awaited<ReturnType<typeof archivePosition>>, paths: readonly string[] = []) => ({
  position,
  to: 20,
  files: paths.map((path) => aFile(path)),
  acknowledgedBy: 'a test',
  detail: 'deleted',
});

async function rowsOf(statement: string): Promise<unknown[]> {
  return (await database.raw<{ rows: unknown[] }>(statement)).rows;
}

describe('the acknowledgement of a gap', () => {
  it('moves the position, and records the range, the operator and the greatest number of lost records', async () => {
    await intend();
    await records.acknowledgeGap(aGap(await archivePosition(), [FIRST]));
    expect(
      await rowsOf(
        'SELECT sink, from_offset, to_offset, records_at_most, acknowledged_by FROM pipeline.acknowledged_gap',
      ),
    ).toEqual([
      { sink: 'archive', from_offset: '10', to_offset: '20', records_at_most: '7', acknowledged_by: 'a test' },
    ]);
    expect(await rowsOf('SELECT path, start_offset, end_offset, row_count FROM pipeline.archive_file')).toEqual([
      { path: FIRST, start_offset: '10', end_offset: '20', row_count: '3' },
    ]);
    expect(await archivePosition()).toMatchObject({ nextOffset: 20, openIntent: undefined });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a worker has claimed the partition', () => store.claim(['archive'], [0])],
    ['a worker has recorded an intent', () => intend()],
    ['the position has moved', () => database.raw('UPDATE pipeline.position SET next_offset = 11')],
  ])('is refused and changes nothing if %s since the command read the position', async (_what, change) => {
    const position = await archivePosition();
    await change();
    const before = await records.positions();
    await expect(records.acknowledgeGap(aGap(position))).rejects.toThrow(FenceLostError);
    expect(await records.positions()).toEqual(before);
    expect(await rowsOf('SELECT FROM pipeline.acknowledged_gap')).toEqual([]);
  });

  it('is refused if the chunk was finished since the command read its intent', async () => {
    await intend();
    const position = await archivePosition();
    const move = { partition: 0, epoch: 1, from: 10, to: 20, fingerprint: undefined, greatestEventTimeMs: undefined };
    await store.completeChunk({ move, decoderVersion: 1, files: [aFile(FIRST), aFile(SECOND)], hasIntent: true });
    await expect(records.acknowledgeGap(aGap(position))).rejects.toThrow(FenceLostError);
  });

  it('succeeds in only one of two concurrent commands', async () => {
    const position = await archivePosition();
    const outcomes = await Promise.allSettled([1, 2].map(() => records.acknowledgeGap(aGap(position))));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await rowsOf('SELECT FROM pipeline.acknowledged_gap')).toHaveLength(1);
  });

  it('fences the worker that held the partition', async () => {
    await records.acknowledgeGap(aGap(await archivePosition()));
    await expect(intend()).rejects.toThrow(FenceLostError);
  });

  it.each<[string, Partial<CommandedStream>]>([
    ['topic', { topic: 'another' }],
    ['group', { groupId: 'another' }],
    ['cluster', { clusterId: 'another' }],
    ['archive', { archiveUrl: 'file:/archive' }],
  ])('is refused for another %s than that of the database', async (_what, other) => {
    const others = new LostRecords(database, { ...STREAM, ...other });
    await expect(others.positions()).rejects.toThrow(OtherStreamError);
    await expect(others.acknowledgeGap(aGap(await archivePosition()))).rejects.toThrow(OtherStreamError);
  });
});

describe('a file of a chunk that was given up', () => {
  let abandoned: AbandonedFiles;

  beforeEach(async () => {
    abandoned = new AbandonedFiles(database, STREAM.topic);
    await intend();
    await records.acknowledgeGap(aGap(await archivePosition(), [FIRST]));
  });

  it('is an intended path for the batch layer before it exists', async () => {
    const hours = new PostgresHourStore(database, { archiveUrl: STREAM.archiveUrl, previewedUsers: 1 });
    expect((await hours.readManifest(HOUR_MS)).intendedPaths).toEqual([SECOND]);
  });

  it('is added to the manifest once when it appears, which raises the revision of its hour', async () => {
    expect(await abandoned.paths()).toEqual([SECOND]);
    expect(await abandoned.adopt(aFile(SECOND))).toBe(true);
    expect(await abandoned.adopt(aFile(SECOND))).toBe(false);
    expect(await abandoned.paths()).toEqual([]);
    expect(await rowsOf('SELECT path, start_offset, end_offset FROM pipeline.archive_file ORDER BY path')).toEqual([
      { path: FIRST, start_offset: '10', end_offset: '20' },
      { path: SECOND, start_offset: '10', end_offset: '20' },
    ]);
    expect(await rowsOf('SELECT hour, revision FROM pipeline.hour ORDER BY hour')).toEqual([
      { hour: '2022-10-29 13:00:00', revision: '1' },
      { hour: '2022-10-29 14:00:00', revision: '1' },
    ]);
  });
});

describe('the acknowledgement of a truncation', () => {
  const acknowledge = async (offset: number, positions = records.positions()) =>
    records.acknowledgeTruncation({
      partition: 0,
      offset,
      positions: await positions,
      files: [],
      acknowledgedBy: 'a test',
      detail: 'truncated',
    });

  it('begins a new generation of the log each time, which the next claim returns', async () => {
    expect(await acknowledge(8)).toBe(1);
    expect(await store.claim(['archive'], [0])).toMatchObject([{ nextOffset: 8, generation: 1 }]);
    expect(await acknowledge(5)).toBe(2);
    expect(await store.claim(['totals'], [0])).toMatchObject([{ nextOffset: 5, generation: 2 }]);
  });

  it('is refused and changes nothing if a worker has claimed the partition since the command read the positions', async () => {
    const positions = records.positions();
    await positions;
    await store.claim(['totals'], [0]);
    await expect(acknowledge(8, positions)).rejects.toThrow(FenceLostError);
    expect(await rowsOf('SELECT FROM pipeline.acknowledged_truncation')).toEqual([]);
  });

  it('does not change a position and an open intent that end before the truncation', async () => {
    await intend();
    await database.raw(`UPDATE pipeline.position SET next_offset = 40 WHERE sink = 'totals'`);
    await acknowledge(30);
    expect(await records.positions()).toMatchObject([
      { sink: 'totals', nextOffset: 30 },
      {
        sink: 'archive',
        nextOffset: 10,
        openIntent: { startOffset: 10, endOffset: 20, paths: [FIRST, SECOND], fingerprint: LAST_RECORD },
      },
    ]);
  });

  it('is refused and changes nothing if a worker has recorded an intent since the command read the positions', async () => {
    const positions = records.positions();
    await positions;
    await intend();
    await expect(acknowledge(8, positions)).rejects.toThrow(FenceLostError);
    expect(await rowsOf('SELECT FROM pipeline.acknowledged_truncation')).toEqual([]);
  });

  it('removes the fingerprint of an archive position that moves forward, past the readable records of an intent', async () => {
    await intend();
    await database.raw(`UPDATE pipeline.position SET fingerprint_offset = 9, fingerprint = 'record 9'`);
    await database.raw(`UPDATE pipeline.position SET next_offset = 10 WHERE sink = 'totals'`);
    await acknowledge(15);
    expect(await records.positions()).toMatchObject([
      { sink: 'totals', nextOffset: 10, fingerprint: { offset: 9, hash: 'record 9' } },
      { sink: 'archive', nextOffset: 15, fingerprint: undefined },
    ]);
  });

  describe('of a chunk whose files are missing', () => {
    const gaps = () => rowsOf('SELECT gap FROM pipeline.partition_archival');
    const paths = [FIRST, SECOND];

    beforeEach(async () => {
      await intend(paths);
      await acknowledge(15);
    });

    it('lets no hour be final until each file is adopted, or no event of it can be read', async () => {
      const abandoned = new AbandonedFiles(database, STREAM.topic);
      expect(await records.cutChunks(0)).toEqual([{ startOffset: 10, readableEnd: 15, paths }]);
      await abandoned.adopt(aFile(FIRST));
      expect(await gaps()).toEqual([{ gap: 'LOG_TRUNCATED' }]);
      await records.noteNothingReadable(SECOND);
      expect(await gaps()).toEqual([{ gap: null }]);
      expect(await records.cutChunks(0)).toEqual([]);
      expect(await abandoned.paths()).toEqual([SECOND]);
    });

    it('leaves no records for them from the offset on at which the log is truncated again', async () => {
      await acknowledge(12);
      expect(await records.cutChunks(0)).toEqual([{ startOffset: 10, readableEnd: 12, paths }]);
      await acknowledge(4);
      expect(await records.cutChunks(0)).toEqual([]);
      expect(await gaps()).toEqual([{ gap: null }]);
    });
  });

  it('makes every hour wait until end offsets of the new generation are noted', async () => {
    await database.raw(`
      INSERT INTO pipeline.partition_progress (topic, partition, end_offset, noted_at, archived_until)
      VALUES ('devices', 0, 10, now(), now());
      INSERT INTO pipeline.counted_hour (hour, topic, partition, events, event_bytes, counted_end, on_time_end)
      VALUES ('2022-10-29 13:00', 'devices', 0, 5, 50, 10, 10)`);
    await acknowledge(8);
    expect(await rowsOf('SELECT archived_until, end_offset FROM pipeline.partition_progress')).toEqual([
      { archived_until: null, end_offset: '8' },
    ]);
    expect(await rowsOf('SELECT counted_end, on_time_end FROM pipeline.counted_hour')).toEqual([
      { counted_end: '8', on_time_end: '8' },
    ]);
  });

  it('sets dead letters aside whose offsets will be read again', async () => {
    await database.raw(`
      INSERT INTO pipeline.dead_letter (topic, partition, "offset", reason, detail) VALUES
        ('devices', 0, 7, 'empty', ''), ('devices', 0, 9, 'empty', '');
      INSERT INTO pipeline.dead_letter_range (topic, partition, reason, first_offset, last_offset, records) VALUES
        ('devices', 0, 'empty', 1, 3, 2), ('devices', 0, 'empty', 5, 9, 2)`);
    await acknowledge(8);
    expect(await rowsOf('SELECT "offset" FROM pipeline.dead_letter')).toEqual([{ offset: '7' }]);
    expect(await rowsOf('SELECT "offset", generation FROM pipeline.gone_dead_letter')).toEqual([
      { offset: '9', generation: 0 },
    ]);
    expect(await rowsOf('SELECT first_offset FROM pipeline.dead_letter_range')).toEqual([{ first_offset: '1' }]);
  });

  it('excludes from the archived chunks the offsets that the log has replaced', async () => {
    await database.raw(`
      INSERT INTO pipeline.archive_file
        (path, hour, topic, partition, start_offset, end_offset, row_count, event_bytes, size_bytes, checksum, decoder_version)
      VALUES ('${FIRST.replace('0-000000000010-000000000020', '0-000000000000-000000000010')}', '2022-10-29 13:00', 'devices', 0,
        0, 10, 1, 1, 1, '', 1)`);
    await acknowledge(8);
    expect(await records.archivedChunks(0, 2)).toMatchObject([{ startOffset: 0, endOffset: 8 }]);
    expect(await records.archivedChunks(0, 8)).toEqual([]);
  });
});
