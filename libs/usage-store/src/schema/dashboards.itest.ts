import { testDatabase, type TestDatabase } from '@antenna/test-kit';
import pg from 'pg';

const [anna, otherAnna, nameless, unknown] = ['u-1', 'u-2', 'u-3', 'u-4'];

describe('the views of the dashboards', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeEach(async () => {
    database = await testDatabase();
    client = new pg.Client(database.url);
    await client.connect();
    await client.query(`SET TimeZone = 'UTC'`);
  });
  afterEach(async () => {
    await client.end();
    await database.close();
  });

  describe('label a user', () => {
    it('with the name, unless the name is empty or another user has the same', async () => {
      await insertUsers([anna, 'anna'], [otherAnna, 'anna'], [nameless, ''], ['u-5', 'bert']);
      expect(await rows('SELECT id, label FROM pipeline.user_label ORDER BY id')).toEqual([
        { id: anna, label: 'anna (u-1)' },
        { id: otherAnna, label: 'anna (u-2)' },
        { id: nameless, label: nameless },
        { id: 'u-5', label: 'bert' },
      ]);
    });

    it('over quota with the e-mail address when several users share it', async () => {
      await insertUsers([anna, 'anna', 'one@x'], [otherAnna, 'berta', 'both@x'], [nameless, 'carla', 'both@x']);
      await client.query(`
        INSERT INTO public.user_quota_limit (email, usage, quota, "timestamp") VALUES
          ('one@x', 30, 20, '2022-10-29 13:00'), ('both@x', 50, 20, '2022-10-29 13:00'), ('gone@x', 9, 0, '2022-10-29 13:00')`);
      expect(await rows('SELECT label, quota_share FROM pipeline.over_quota ORDER BY label')).toEqual([
        { label: 'anna', quota_share: '1.5000' },
        { label: 'both@x', quota_share: '2.5000' },
        { label: 'gone@x', quota_share: null },
      ]);
    });
  });

  it('list every antenna, app and user, including users without metadata', async () => {
    await insertUsers([anna, 'anna']);
    await client.query(`
      INSERT INTO public.bytes ("timestamp", type, id, value) VALUES
        ('1970-01-01 00:00', 'antenna_total_bytes', 'a-old', 1), ('2022-10-29 13:00', 'antenna_total_bytes', 'a-1', 1),
        ('2022-10-29 13:05', 'antenna_total_bytes', 'a-1', 1), ('2022-10-29 13:05', 'app_total_bytes', 'SKYPE', 1),
        ('2022-10-29 13:05', 'user_total_bytes', '${unknown}', 1);
      INSERT INTO pipeline.user_hour_usage (hour, id, usage, latest_event_time) VALUES
        ('2022-10-29 13:00', '${anna}', 1, '2022-10-29 13:05'), ('2022-10-29 13:00', '${unknown}', 1, '2022-10-29 13:05')`);
    expect(await rows('SELECT type, label FROM pipeline.known_id ORDER BY type, label')).toEqual([
      { type: 'antenna_total_bytes', label: 'a-1' },
      { type: 'antenna_total_bytes', label: 'a-old' },
      { type: 'app_total_bytes', label: 'SKYPE' },
      { type: 'user_total_bytes', label: 'anna' },
      { type: 'user_total_bytes', label: unknown },
    ]);
  });

  describe('show how current the data is', () => {
    // noted_at      12:00        12:01        12:02
    // end_offset     100          150          200
    it('as the latest time up to which all arrived records are counted', async () => {
      await stream();
      await position('totals', 0, 160);
      await client.query(`
        INSERT INTO pipeline.partition_progress (topic, partition, end_offset, noted_at) VALUES ('devices', 0, 200, '2026-01-01 12:02Z');
        INSERT INTO pipeline.partition_end (topic, partition, end_offset, noted_at) VALUES
          ('devices', 0, 100, '2026-01-01 12:00Z'), ('devices', 0, 150, '2026-01-01 12:01Z'), ('devices', 0, 200, '2026-01-01 12:02Z')`);
      expect(await dataAsOf()).toEqual([{ records_behind: '40', counted_until: '2026-01-01 12:01:00+00' }]);
    });

    it('as the time of the last note when no record is left to count', async () => {
      await stream();
      await position('totals', 0, 200);
      await client.query(
        `INSERT INTO pipeline.partition_progress (topic, partition, end_offset, noted_at) VALUES ('devices', 0, 200, '2026-01-01 12:02Z')`,
      );
      expect(await dataAsOf()).toEqual([{ records_behind: '0', counted_until: '2026-01-01 12:02:00+00' }]);
    });

    it('as unknown while no worker reads a partition, and count its records as lag', async () => {
      await stream();
      await position('totals', 0, 200);
      await client.query(`
        INSERT INTO pipeline.partition_progress (topic, partition, end_offset, noted_at) VALUES
          ('devices', 0, 200, '2026-01-01 12:02Z'), ('devices', 1, 7, '2026-01-01 12:02Z')`);
      expect(await dataAsOf()).toEqual([{ records_behind: '7', counted_until: null }]);
    });

    function dataAsOf() {
      return rows('SELECT records_behind, counted_until::text FROM pipeline.data_as_of');
    }
  });

  describe('show of an hour', () => {
    it('that it is dirty until its newest revision is computed', async () => {
      await client.query(`INSERT INTO pipeline.hour (hour, revision) VALUES ('2022-10-29 13:00', 2)`);
      expect(await status()).toEqual([{ is_final: false, is_dirty: true, computed_revision: null }]);
      await computed(1);
      expect(await status()).toEqual([{ is_final: false, is_dirty: true, computed_revision: '1' }]);
      await computed(2);
      expect(await status()).toEqual([{ is_final: false, is_dirty: false, computed_revision: '2' }]);
    });

    function status() {
      return rows('SELECT is_final, is_dirty, computed_revision FROM pipeline.hour_status');
    }

    async function computed(revision: number): Promise<void> {
      await client.query(
        `INSERT INTO pipeline.batch_run (hour, revision, was_final, engine, input_files, events, event_bytes, hourly_rows,
           users_over_quota, users_without_metadata, started_at)
         VALUES ('2022-10-29 13:00', $1, false, 'test', '[]', 1, 1, 1, 0, 0, now())`,
        [revision],
      );
    }
  });

  async function insertUsers(...users: readonly (readonly [string, string, string?])[]): Promise<void> {
    for (const user of users) {
      await client.query('INSERT INTO public.user_metadata (id, name, email, quota) VALUES ($1, $2, $3, 20)', [
        ...user,
        ...(user.length === 2 ? [null] : []),
      ]);
    }
  }

  async function stream(): Promise<void> {
    await client.query(
      `INSERT INTO pipeline.stream (topic, group_id, cluster_id, allowed_lateness) VALUES ('devices', 'g', 'c', '1 minute')`,
    );
  }

  async function position(sink: string, partition: number, offset: number): Promise<void> {
    await client.query(
      `INSERT INTO pipeline.position (sink, topic, partition, next_offset) VALUES ($1, 'devices', $2, $3)`,
      [sink, partition, offset],
    );
  }

  async function rows(statement: string): Promise<Record<string, unknown>[]> {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  }
});
