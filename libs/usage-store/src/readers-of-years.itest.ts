import { testDatabase, type TestDatabase } from '@antenna/test-kit';
import pg from 'pg';

const HOURS = 17_520;

/**
 * Two years of settled hours up to the present one: two partitions, one file and one run an hour, all reconciled. Nothing
 * waits, except that the newest hour has events that the archive lacks.
 */
const TWO_YEARS = `
  CREATE TEMP TABLE old_hour AS
    SELECT date_trunc('hour', clock_timestamp() AT TIME ZONE 'UTC') - n * interval '1 hour' AS hour, ${HOURS} - n AS place
    FROM generate_series(0, ${HOURS - 1}) AS n;
  INSERT INTO pipeline.stream (topic, group_id, cluster_id, archive_url, allowed_lateness)
    VALUES ('devices', 'g', 'c', 'file:///archive', '1 minute');
  INSERT INTO pipeline.position (sink, topic, partition, next_offset) VALUES
    ('totals', 'devices', 0, 1000000), ('totals', 'devices', 1, 1000000),
    ('archive', 'devices', 0, ${(HOURS - 1) * 10}), ('archive', 'devices', 1, ${(HOURS - 1) * 10});
  INSERT INTO pipeline.hour (hour, revision, changed_at, computed_revision, computed_final, computed_at, reconciled_at)
    SELECT hour, 2, now() - interval '2 minutes', 2, true, now() - interval '1 minute', now() FROM old_hour;
  INSERT INTO pipeline.counted_hour (hour, topic, partition, events, event_bytes, counted_end)
    SELECT hour, 'devices', p, 10, 10, place * 10 FROM old_hour, generate_series(0, 1) AS p;
  INSERT INTO pipeline.archive_file
    (path, hour, topic, partition, start_offset, end_offset, row_count, event_bytes, size_bytes, checksum, decoder_version)
    SELECT place || '-' || p, hour, 'devices', p, place * 10 - 10, place * 10, 10, 10, 10, '', 1
    FROM old_hour, generate_series(0, 1) AS p;
  INSERT INTO pipeline.batch_run
    (hour, revision, was_final, engine, input_files, events, event_bytes, hourly_rows, users_over_quota,
      users_without_metadata, started_at)
    SELECT hour, 2, true, 'duckdb',
      jsonb_build_array(jsonb_build_object('path', place || '-0'), jsonb_build_object('path', place || '-1')), 20, 20, 3, 0, 0, now()
    FROM old_hour;
  INSERT INTO pipeline.certificate (number, hour, run_id, content, hash)
    SELECT row_number() OVER (ORDER BY hour), hour, id, '{}', id FROM pipeline.batch_run;
  INSERT INTO pipeline.computed_hour (hour, is_final, is_in_day_sum) SELECT hour, true, true FROM old_hour;
  INSERT INTO pipeline.reconciled_hour (hour, unexplained_bytes, file_problems) SELECT hour, 0, 0 FROM old_hour;
  INSERT INTO pipeline.event_lateness (counted_hour, at_most_ms, events, late_events)
    SELECT hour, n * 1000, 10, 0 FROM old_hour, generate_series(1, 3) AS n;
  INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota, sent_at)
    SELECT 'a user', place, hour, 'warned', 8, 10, now() FROM old_hour;
  INSERT INTO pipeline.dead_letter (topic, partition, "offset", reason, detail)
    SELECT 'devices', 0, place, 'empty', '' FROM old_hour;
  INSERT INTO pipeline.dead_letter_total (topic, partition, reason, records, last_seen_at)
    SELECT 'devices', 0, 'empty', ${HOURS}, now();
  INSERT INTO pipeline.day_sum (day, type, id, value, hours)
    SELECT DISTINCT date_trunc('day', hour), 'user_total_bytes', 'a user', 240, 24 FROM old_hour;
  UPDATE pipeline.position SET greatest_event_time = now();
  ANALYZE`;

let provided: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  provided = await testDatabase();
  client = new pg.Client(provided.url);
  await client.connect();
  await client.query(TWO_YEARS);
});

afterAll(async () => {
  await client.end();
  await provided.close();
});

const ROWS_READ = `
  SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables )
    + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes) AS rows`;

/** The rows of tables and entries of indexes that a statement reads. */
async function rowsReadBy(statement: string): Promise<number> {
  const before = await rowsRead();
  await client.query(statement);
  return (await rowsRead()) - before;
}

async function rowsRead(): Promise<number> {
  await client.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await client.query<{ rows: string }>(ROWS_READ);
  return Number(rows[0]?.rows);
}

const YESTERDAY = `date_trunc('day', now() AT TIME ZONE 'UTC') - interval '1 day'`;

/** As the dataset of the dashboard of days asks for it. */
const USE_OF_A_MONTH = `
  SELECT * FROM pipeline.usage_daily
  WHERE day > (SELECT date_trunc('day', max(hour)) FROM pipeline.computed_hour) - interval '31 days'`;

/** As the dataset of the hours asks for it, where its points are days. */
const USE_OF_WEEKS = `
  WITH shown AS (SELECT * FROM pipeline.shown_range('batch', (now() - interval '30 days')::text, now()::text))
  SELECT * FROM pipeline.usage_daily
  WHERE day >= (SELECT days_from FROM shown) AND day < (SELECT days_to FROM shown)`;

const VERSION = '(SELECT version FROM pipeline.schema_version)';

describe('in a database of two years, few rows are read', () => {
  it.each([
    ['by run --due', `SELECT pipeline.hour_statuses(${VERSION}, 0, 253402300800000, 0)`, 500],
    ['by status', `SELECT pipeline.hour_statuses(${VERSION}, 0, 253402300800000, 24)`, 1_000],
    ['to select the hours to reconcile', `SELECT pipeline.hours_to_reconcile(${VERSION}, '48 hours')`, 500],
    ['by the metrics of the reconciliation', 'SELECT pipeline.reconciliation_status()', 100],
    ['by the metrics of the stream', `SELECT pipeline.stream_status('devices')`, 100],
    ['by the metrics of quota events', `SELECT pipeline.unsent_quota_events(${VERSION})`, 100],
    ['by the summary of the lateness', 'SELECT pipeline.lateness_summary()', 500],
    ['to raise a retention floor', `SELECT pipeline.raise_floor(${VERSION}, 'hours', 1, true)`, 500],
    ['to find rows below a floor', `SELECT pipeline.removable_partitions(${VERSION}, 'windows')`, 500],
    ['to sum finished days', `SELECT pipeline.sum_day(${VERSION})`, 100],
    ['for the dead letters by reason', 'SELECT * FROM pipeline.dead_letter_count', 100],
    ['for the use of the last 31 days', USE_OF_A_MONTH, 5_000],
    ['for the use of a chosen month', USE_OF_WEEKS, 5_000],
    ['for the certificates of a day', `SELECT * FROM pipeline.certificate_report WHERE hour >= ${YESTERDAY}`, 1_000],
    [
      'for the dead letters beside the files of an hour',
      `SELECT pipeline.dead_letters_beside(id) FROM pipeline.batch_run WHERE id = 100`,
      200,
    ],
    ['for what a certificate says of an hour', 'SELECT pipeline.certified_facts(100)', 200],
    ['for the state of a day', `SELECT * FROM pipeline.hour_status WHERE hour >= ${YESTERDAY}`, 2_000],
  ])('%s', async (_, statement, most) => {
    expect(await rowsReadBy(statement)).toBeLessThan(most);
  });

  it('to select the hours to compact, each file and hour once', async () => {
    expect(await rowsReadBy(`SELECT pipeline.archived_hours(${VERSION})`)).toBeLessThan(4 * HOURS);
  });

  it('while a list of all hours reads a row of each, which shows that the rows are counted', async () => {
    const all = `SELECT pipeline.hour_statuses(${VERSION}, 0, 253402300800000)`;
    expect(await rowsReadBy(all)).toBeGreaterThan(HOURS);
  });
});

describe('the hours that need attention', () => {
  const listed = async (newest: number) => {
    const { rows } = await client.query<{ hours: number }>(
      `SELECT jsonb_array_length(pipeline.hour_statuses(${VERSION}, 0, 253402300800000, ${newest}) -> 'hours') AS hours`,
    );
    return rows[0]?.hours;
  };
  const change = (assignment: string) =>
    client.query(`UPDATE pipeline.hour SET ${assignment} WHERE hour = (SELECT min(hour) FROM pipeline.hour)`);

  afterEach(async () => {
    await change('revision = 2, computed_final = true');
    await client.query('UPDATE pipeline.reconciled_hour SET unexplained_bytes = 0');
  });

  it('are the hour with events that are not archived, and the newest ones that are asked for', async () => {
    expect([await listed(0), await listed(24)]).toEqual([1, 24]);
  });

  it.each([
    ['that changed since it was computed', 'revision = 3'],
    ['that was not final when it was computed', 'computed_final = false'],
  ])('include an old hour %s', async (_, assignment) => {
    await change(assignment);
    expect(await listed(0)).toBe(2);
  });

  it('include an old hour with a difference that was not explained', async () => {
    await client.query(`
      UPDATE pipeline.reconciled_hour SET unexplained_bytes = 1 WHERE hour = (SELECT min(hour) FROM pipeline.hour)`);
    expect(await listed(0)).toBe(2);
  });
});

describe('an old hour is reconciled again', () => {
  const hoursToReconcile = async () => {
    const { rows } = await client.query<{ hours: number[] }>(
      `SELECT pipeline.hours_to_reconcile(${VERSION}, '-1 hours') AS hours`,
    );
    return rows[0]?.hours.length;
  };

  it.each([
    ['when the archive has changed it', 'changed_at'],
    ['when it was computed', 'computed_at'],
  ])('%s since, until that is recorded', async (_, column) => {
    expect(await hoursToReconcile()).toBe(0);
    await client.query(
      `UPDATE pipeline.hour SET ${column} = clock_timestamp() WHERE hour = (SELECT min(hour) FROM pipeline.hour)`,
    );
    expect(await hoursToReconcile()).toBe(1);
    await client.query(`
      SELECT pipeline.record_reconciliation(${VERSION},
        ARRAY[(SELECT pipeline.epoch_ms(min(hour)) FROM pipeline.hour)], ARRAY[0::numeric], ARRAY[0::bigint])`);
    expect(await hoursToReconcile()).toBe(0);
  });
});
