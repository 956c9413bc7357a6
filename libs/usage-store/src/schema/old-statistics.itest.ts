import { testDatabase, type TestDatabase } from '@antenna/test-kit';
import pg from 'pg';

let database: TestDatabase;
let client: pg.Client;
let plans: string;

beforeEach(async () => {
  database = await testDatabase();
  client = new pg.Client(database.url);
  await client.connect();
  plans = '';
  client.on('notice', ({ message }) => {
    plans += `${message ?? ''}\n`;
  });
});

afterEach(async () => {
  await client.end();
  await database.close();
});

/** Runs a statement, and notes the plans of it and of the statements in its functions. */
async function planned(statement: string): Promise<readonly unknown[]> {
  await client.query(`LOAD 'auto_explain'`);
  await client.query(`SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
    SET client_min_messages = log`);
  const { rows } = await client.query<object>(statement);
  return rows;
}

// Autovacuum analyzes a table again once a tenth of its rows has changed: days after a new hour, if the table is large.
describe('when the statistics of Postgres are older than an hour', () => {
  it('its verdicts look up the quota events of each user by index', async () => {
    const events = (hour: string) => `
      INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota)
      SELECT 'user ' || n, 1, timestamp '${hour}', 'exceeded', 11, 10 FROM generate_series(1, 5000) AS n`;
    await client.query('ALTER TABLE pipeline.quota_event SET (autovacuum_enabled = off)');
    await client.query(events('2022-10-29 12:00'));
    await client.query('ANALYZE pipeline.quota_event');
    await client.query(events('2022-10-29 13:00'));
    const verdicts = await planned(`
      SELECT state, count(*)::integer AS users
      FROM pipeline.quota_verdicts(
        timestamp '2022-10-29 13:00', array(SELECT 'user ' || n FROM generate_series(1, 5000) AS n),
        array_fill(11::bigint, ARRAY[5000]), array_fill(10::bigint, ARRAY[5000])
      )
      GROUP BY state`);
    expect(verdicts).toEqual([{ state: 'confirmed', users: 5_000 }]);
    const searches = plans.match(/Index Cond: .*hour.*/g) ?? [];
    expect(searches).toHaveLength(3);
    for (const search of searches) expect(search).toContain('id = d.id');
  });

  it('its correction does not compare each changed row of user_quota_limit with each changed total', async () => {
    const corrections = (run: number) => `
      INSERT INTO pipeline.hour_correction (run_id, type, id, old_value, new_value, old_quota, new_quota)
      SELECT ${run}, 'user_total_bytes', 'user ' || n, 11, 12, NULL, NULL FROM generate_series(1, 5000) AS n
      UNION ALL
      SELECT ${run}, 'user_quota_limit', 'mail ' || n, 11, 12, 10, 10 FROM generate_series(1, 5000) AS n`;
    await client.query(`INSERT INTO public.user_metadata (id, name, email, quota)
      SELECT 'user ' || n, 'a name', 'mail ' || n, 10 FROM generate_series(1, 5000) AS n`);
    await client.query('ALTER TABLE pipeline.hour_correction SET (autovacuum_enabled = off)');
    await client.query(corrections(1));
    await client.query('ANALYZE pipeline.hour_correction, public.user_metadata');
    await client.query(corrections(2));
    expect(await planned('SELECT pipeline.users_of_changed_quota(2)::integer AS users')).toEqual([{ users: 0 }]);
    expect(plans).toContain('hour_correction');
    expect(plans).not.toContain('Nested Loop');
  });

  it.each([
    ['window', 'public.bytes ("timestamp", id, type, value)', "'user_total_bytes', 1"],
    ['hour', 'pipeline.user_hour_usage (hour, id, usage, latest_event_time)', "1, '2022-10-29 12:00'"],
  ])('a commit finds the newest %s without reading all of its rows', async (unit, table, values) => {
    const rows = (hour: string) => `
      INSERT INTO ${table} SELECT timestamp '2022-10-29 ${hour}', 'user ' || n, ${values} FROM generate_series(1, 5000) AS n`;
    const ms = (hour: string) => Date.parse(`2022-10-29T${hour}Z`);
    await client.query(rows('12:00'));
    await client.query('ANALYZE');
    await client.query(rows('13:00'));
    await client.query('SET auto_explain.log_analyze = on');
    const newest = `SELECT pipeline.newest_${unit}_ms(${ms('13:00')}, ${ms('14:00')}, 0)::float8 AS newest`;
    expect(await planned(newest)).toEqual([{ newest: ms('13:00') }]);
    expect(plans).toMatch(/Index Only Scan Backward .*rows=1(\.00)? loops=1/);
    expect(plans).not.toMatch(/actual .*rows=5000/);
  });
});
