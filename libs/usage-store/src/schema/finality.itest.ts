import { finality } from '@antenna/hourly-batch';
import { type TestDatabase, testDatabase } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { openDatabase } from '../database.ts';
import { PostgresHourStore } from '../hour-store.ts';
import { LostRecords } from '../lost-records.ts';

const HOUR = Date.UTC(2022, 9, 29, 13);
const AN_HOUR = 3_600_000;

let provided: TestDatabase;
let database: Knex;
let store: PostgresHourStore;

beforeEach(async () => {
  provided = await testDatabase();
  database = openDatabase({ url: provided.url }, { applicationName: 'test' });
  store = new PostgresHourStore(database, { archiveUrl: 'file:///archive', previewedUsers: 2 });
  await database.raw(STREAM);
});

afterEach(async () => {
  await database.destroy();
  await provided.close();
});

/**
 * Two partitions, archived up to offset 100 and to a time long after hour 13, with one file of 10 events of that hour.
 */
const STREAM = `
  INSERT INTO pipeline.stream (topic, group_id, cluster_id, archive_url, allowed_lateness)
  VALUES ('devices', 'g', 'c', 'file:///archive', '1 minute');
  INSERT INTO pipeline.position (sink, topic, partition, next_offset) VALUES
    ('archive', 'devices', 0, 100), ('archive', 'devices', 1, 100);
  INSERT INTO pipeline.partition_progress (topic, partition, end_offset, noted_at, archived_until) VALUES
    ('devices', 0, 100, '2022-10-30', '2022-10-30'), ('devices', 1, 100, '2022-10-30', '2022-10-30');
  INSERT INTO pipeline.hour (hour, revision, changed_at) VALUES ('2022-10-29 13:00', 1, '2022-10-29 14:00');
  INSERT INTO pipeline.archive_file
    (path, hour, topic, partition, start_offset, end_offset, row_count, event_bytes, size_bytes, checksum, decoder_version)
  VALUES ('13.parquet', '2022-10-29 13:00', 'devices', 0, 0, 100, 10, 10, 10, '', 1)`;

const counted = (hour: number, { events = 10, end = 100, onTime = 'NULL' as number | 'NULL', partition = 0 }) => `
  INSERT INTO pipeline.counted_hour (hour, topic, partition, events, event_bytes, counted_end, on_time_end)
  VALUES ('2022-10-29 ${hour}:00', 'devices', ${partition}, ${events}, 1, ${end}, ${onTime})`;

const gap = (acknowledgedAt: string, archivedUntil: string | null, sink = 'archive') => `
  INSERT INTO pipeline.acknowledged_gap
    (sink, topic, partition, from_offset, to_offset, records_at_most, acknowledged_by, acknowledged_at, archived_until)
  VALUES ('${sink}', 'devices', 0, 60, 100, 40, 'test', '${acknowledgedAt}', ${archivedUntil === null ? 'NULL' : `'${archivedUntil}'`})`;

const progress = (change: string) => `UPDATE pipeline.partition_progress SET ${change} WHERE partition = 1`;

/**
 * The reason why an hour is not final, by the batch layer's rule and by the view of the dashboards; empty if it is
 * final.
 */
async function verdicts(hourMs = HOUR) {
  const { hours, partitions, nowMs } = await store.statuses({ fromMs: hourMs, toMs: hourMs + AN_HOUR });
  const [hour] = hours;
  if (hour === undefined) throw new Error('the hour is not listed');
  const result = finality(hour, { nowMs, partitions, allowedLatenessMs: 60_000 });
  const [row] = (
    await database.raw<{ rows: { not_final_because: string | null; is_final: boolean }[] }>(
      'SELECT is_final, not_final_because FROM pipeline.hour_status WHERE hour = pipeline.utc(:hourMs)',
      { hourMs },
    )
  ).rows;
  expect(row?.is_final).toBe(row?.not_final_because === null);
  return { rule: result.isFinal ? '' : result.reason, view: row?.not_final_because ?? '' };
}

describe('the rule of the batch layer and the view of the dashboards agree on an hour', () => {
  it.each<[string, string, RegExp]>([
    ['that is archived', '', /^$/],
    ['whose counted events are all archived', counted(13, { onTime: 100 }), /^$/],
    ['whose archive lacks events that were on time', counted(13, { events: 15, end: 130, onTime: 130 }), /^5 events /],
    ['whose archive lacks late events only', counted(13, { events: 15, end: 130, onTime: 90 }), /^$/],
    [
      'with a partition archived exactly to the allowed lateness',
      progress(`archived_until = '2022-10-29 14:01Z'`),
      /archived yet/,
    ],
    [
      'with a partition archived past the allowed lateness',
      progress(`archived_until = '2022-10-29 14:01:00.001Z'`),
      /^$/,
    ],
    ['with a partition of unknown archive time', progress('archived_until = NULL'), /archived yet/],
    [
      'with an archive time in the future, from a clock that was ahead',
      progress(`archived_until = now() + interval '1 hour'`),
      /clock/,
    ],
    ['with a partition that was never claimed', 'DELETE FROM pipeline.position WHERE partition = 1', /worker of this/],
    ['with a claimed partition whose end was never noted', 'DELETE FROM pipeline.partition_progress', /archived yet/],
    [
      'while a gap is not acknowledged',
      `INSERT INTO pipeline.partition_fault (topic, partition, code, detail, owner) VALUES ('devices', 1, 'DATA_GAP', '', '')`,
      /^records were lost/,
    ],
    [
      'while a chunk that a truncation cut lacks a file',
      `INSERT INTO pipeline.abandoned_path
         (path, topic, partition, start_offset, end_offset, decoder_version, readable_end)
       VALUES ('14.parquet', 'devices', 1, 80, 100, 1, 90)`,
      /^records were lost/,
    ],
    [
      'while a partition has stopped for another reason',
      `INSERT INTO pipeline.partition_fault (topic, partition, code, detail, owner) VALUES ('devices', 1, 'ARCHIVE_CONFLICT', '', '')`,
      /^$/,
    ],
    ['whose topic was retired', 'UPDATE pipeline.stream SET retired_at = now()', /^no worker has read the topic/],
    [
      'with another topic that was retired',
      `INSERT INTO pipeline.stream (topic, group_id, cluster_id, allowed_lateness, retired_at)
         VALUES ('old', 'g', 'c', '1 day', now());
       INSERT INTO pipeline.partition_progress (topic, partition, end_offset, noted_at) VALUES ('old', 0, 9, now())`,
      /^$/,
    ],
  ])('%s', async (_, change, expected) => {
    if (change !== '') await database.raw(change);
    const { rule, view } = await verdicts();
    expect(rule).toMatch(expected);
    expect(view).toMatch(expected);
  });

  it('that has counted events and no file yet, even if all its events are late', async () => {
    await database.raw(counted(18, { events: 20_000, end: 20_100, partition: 1 }));
    const { rule, view } = await verdicts(HOUR + 5 * AN_HOUR);
    expect(rule).toMatch(/^20000 events of it are counted and not archived yet/);
    expect(view).toBe('20000 events are counted and not archived yet');
  });

  it('that has not begun or has not ended', async () => {
    const nowMs = Math.floor(Date.now() / AN_HOUR) * AN_HOUR;
    for (const [hourMs, expected] of [
      [nowMs + AN_HOUR, /begin|begun/],
      [nowMs, /end/],
    ] as const) {
      await database.raw('INSERT INTO pipeline.hour (hour) VALUES (pipeline.utc(:hourMs))', { hourMs });
      const { rule, view } = await verdicts(hourMs);
      expect(rule).toMatch(expected);
      expect(view).toMatch(expected);
    }
  });
});

describe('the events of an hour that the archive lacks', () => {
  it('are the counted ones less those in its files, both on time and late', async () => {
    await database.raw(counted(13, { events: 15, end: 130, onTime: 130 }));
    await database.raw(counted(13, { events: 3, end: 102, onTime: 90, partition: 1 }));
    expect(await store.readManifest(HOUR)).toMatchObject({ awaitedEvents: 5, lateEvents: 3, lackingRecords: 0 });
  });

  it('are none once the archive position has passed them', async () => {
    await database.raw(counted(13, { events: 15, end: 100, onTime: 100 }));
    expect(await store.readManifest(HOUR)).toMatchObject({ awaitedEvents: 0, lateEvents: 0 });
  });
});

it('an acknowledgement deletes the fault of the same partition and kind without a running worker, so that hours stop waiting', async () => {
  await database.raw(`
    INSERT INTO pipeline.partition_fault (topic, partition, code, detail, owner) VALUES
      ('devices', 0, 'DATA_GAP', '', ''), ('devices', 1, 'LOG_TRUNCATED', '', '')`);
  const stream = { topic: 'devices', groupId: 'g', clusterId: 'c', archiveUrl: 'file:///archive' };
  const lost = new LostRecords(database, stream);
  const accepted = { files: [], acknowledgedBy: 'test', detail: '' };
  const [position] = await lost.positions();
  if (position === undefined) throw new Error('no position');
  await lost.acknowledgeGap({ ...accepted, position, to: 120 });
  expect((await verdicts()).rule).toMatch(/^records were lost .* partition 1 of devices \(LOG_TRUNCATED\)/);
  const positions = (await lost.positions()).filter(({ partition }) => partition === 1);
  await lost.acknowledgeTruncation({ ...accepted, partition: 1, offset: 90, positions });
  expect((await verdicts()).rule).toMatch(/^arrivals until/);
});

describe('the acknowledged gap counts as lost records of an hour', () => {
  it.each<[string, string | null, number]>([
    ['that was not final at the acknowledgement', '2022-10-29 14:01Z', 40],
    ['if no archive time was known at the acknowledgement', null, 40],
    ['unless it was final at the acknowledgement and has not changed since', '2022-10-29 14:01:00.001Z', 0],
  ])('%s', async (_, archivedUntil, lacking) => {
    await database.raw(gap('2022-10-29 20:00Z', archivedUntil));
    expect(await store.readManifest(HOUR)).toMatchObject({ lackingRecords: lacking });
    const { hours } = await store.statuses();
    expect(hours).toMatchObject([{ lackingRecords: lacking }]);
  });

  it('that the archive has changed since, or that has events counted beyond the start of the gap', async () => {
    await database.raw(gap('2022-10-29 20:00Z', '2022-10-29 19:00Z'));
    expect(await store.readManifest(HOUR)).toMatchObject({ lackingRecords: 0 });
    await database.raw(counted(13, { end: 61 }));
    expect(await store.readManifest(HOUR)).toMatchObject({ lackingRecords: 40 });
    await database.raw(
      `DELETE FROM pipeline.counted_hour; UPDATE pipeline.hour SET changed_at = '2022-10-29 19:00:01Z'`,
    );
    expect(await store.readManifest(HOUR)).toMatchObject({ lackingRecords: 40 });
  });

  it('that the database does not know yet, up to an hour after the acknowledgement', async () => {
    await database.raw(gap('2022-10-29 16:30Z', '2022-10-29 15:30Z'));
    const lacking = async (hour: number) => (await store.readManifest(Date.UTC(2022, 9, 29, hour))).lackingRecords;
    expect([await lacking(13), await lacking(14), await lacking(15), await lacking(17), await lacking(18)]).toEqual([
      0, 0, 40, 40, 0,
    ]);
  });

  it('if it is a gap of the archive, not one of the totals', async () => {
    await database.raw(gap('2022-10-29 20:00Z', null, 'totals'));
    expect(await store.readManifest(HOUR)).toMatchObject({ lackingRecords: 0 });
  });
});
