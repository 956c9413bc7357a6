import { testDatabase, type TestDatabase } from '@antenna/test-kit';
import pg from 'pg';

let database: TestDatabase;
let client: pg.Client;
beforeEach(async () => {
  database = await testDatabase();
  client = new pg.Client(database.url);
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.close();
});

describe('the range that a chart shows', () => {
  it('is all time while there is no data', async () => {
    expect(await shown('stream')).toBe('-infinity to infinity by 1 day');
    expect(await shown('batch')).toBe('-infinity to infinity by 1 day');
  });

  it('ends with the hour of the newest counted event, and has six hours of the stream', async () => {
    await newestEventAt('2022-10-29 17:39:59.123');
    expect(await shown('stream')).toBe('2022-10-29 12:00 to 2022-10-29 18:00 by 00:05:00');
  });

  it('ends with the newest computed hour, and has three days of the batch layer', async () => {
    await newestEventAt('2022-11-20 17:39');
    await computedHour('2022-10-29 13:00');
    expect(await shown('batch')).toBe('2022-10-26 14:00 to 2022-10-29 14:00 by 01:00:00');
  });

  it('has all hours of the stream after the computed ones where the state of hours is shown', async () => {
    await newestEventAt('2022-11-01 17:39');
    await computedHour('2022-10-29 13:00');
    expect(await shown('hours')).toBe('2022-10-22 14:00 to 2022-11-01 18:00 by 01:00:00');
  });

  it.each([
    ['to the end of the stream', '2022-10-29 20:10', '2022-10-28 14:00 to 2022-10-29 21:00 by 01:00:00'],
    ['to a day after the computed ones', '2022-11-20 17:39', '2022-10-28 14:00 to 2022-10-30 14:00 by 01:00:00'],
  ])('has a day of computed hours where the layers are compared, and hours %s', async (_, newest, range) => {
    await newestEventAt(newest);
    await computedHour('2022-10-29 13:00');
    expect(await shown('compared')).toBe(range);
  });

  it('is a day of the stream where the layers are compared while no hour is computed', async () => {
    await newestEventAt('2022-11-01 17:39');
    expect(await shown('compared')).toBe('2022-10-31 18:00 to 2022-11-01 18:00 by 01:00:00');
  });

  it('is the state of the last seven days of the stream while no hour is computed', async () => {
    await newestEventAt('2022-11-01 17:39');
    expect(await shown('hours')).toBe('2022-10-25 18:00 to 2022-11-01 18:00 by 01:00:00');
  });

  it('is the chosen one, by its bounds', async () => {
    await newestEventAt('2022-11-01 17:39');
    expect(await shown('stream', '2022-10-29T14:05:00', '2022-10-30T02:05:00.000001')).toBe(
      '2022-10-29 14:05 to 2022-10-30 02:05 by 01:00:00',
    );
  });

  it('has windows of five minutes in a chosen range that reaches far beyond the newest event', async () => {
    await newestEventAt('2022-11-01 17:39');
    expect(await shown('stream', '2022-11-01T14:00:00', '2023-11-01T14:00:00')).toBe(
      '2022-11-01 14:00 to 2023-11-01 14:00 by 00:05:00',
    );
  });

  it.each([
    ['the whole days of a range of months', '2022-08-30T10:00:00', '2022-10-29T15:00:00', '2022-08-31 to 2022-10-29'],
    ['all days of a range that begins and ends with days', '2022-08-30', '2022-10-29', '2022-08-30 to 2022-10-29'],
    ['no day of a range of hours', '2022-10-28', '2022-10-30', '2022-10-30 to 2022-10-30'],
    ['all days up to a chosen time', '', '2022-10-29T15:00:00', '-infinity to 2022-10-29'],
  ])('has stored sums of %s', async (_, from, to, days) => {
    await newestEventAt('2022-11-01 17:39');
    const { rows } = await client.query<{ days: string }>(
      `SELECT format('%s to %s', days_from::date, days_to::date) AS days FROM pipeline.shown_range('batch', $1, $2)`,
      [from, to],
    );
    expect(rows[0]?.days).toBe(days);
  });
});

async function shown(of: string, from = '', to = ''): Promise<string | undefined> {
  const { rows } = await client.query<{ text: string }>(
    `SELECT format('%s to %s by %s', coalesce(to_char(shown_from, 'YYYY-MM-DD HH24:MI'), shown_from::text),
       coalesce(to_char(shown_to, 'YYYY-MM-DD HH24:MI'), shown_to::text), step) AS text
     FROM pipeline.shown_range($1, $2, $3)`,
    [of, from, to],
  );
  return rows[0]?.text;
}

async function newestEventAt(time: string): Promise<void> {
  await client.query(`
    INSERT INTO pipeline.stream (topic, group_id, cluster_id, allowed_lateness) VALUES ('devices', 'g', 'c', '1 minute');
    INSERT INTO pipeline.position (sink, topic, partition, next_offset, greatest_event_time)
    VALUES ('totals', 'devices', 0, 7, '${time}')`);
}

async function computedHour(hour: string): Promise<void> {
  await client.query(`INSERT INTO pipeline.computed_hour (hour, is_final) VALUES ('${hour}', true)`);
}
