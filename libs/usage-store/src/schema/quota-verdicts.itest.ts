import { testDatabase } from '@antenna/test-kit';
import pg from 'pg';

/** An hour with an event for each of 5,000 users, which came after the statistics of the hour before were taken. */
const HOUR_AFTER_STATISTICS = `
  ALTER TABLE pipeline.quota_event SET (autovacuum_enabled = off);
  INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota)
  SELECT 'user ' || n, 1, timestamp '2022-10-29 12:00', 'exceeded', 11, 10 FROM generate_series(1, 5000) AS n;
  ANALYZE pipeline.quota_event;
  INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota)
  SELECT 'user ' || n, 2, timestamp '2022-10-29 13:00', 'exceeded', 11, 10 FROM generate_series(1, 5000) AS n;
  INSERT INTO pipeline.quota_user (id, events) SELECT 'user ' || n, 2 FROM generate_series(1, 5000) AS n`;

const VERDICTS = `
  SELECT state, count(*)::integer AS users
  FROM pipeline.quota_verdicts(
    timestamp '2022-10-29 13:00', array(SELECT 'user ' || n FROM generate_series(1, 5000) AS n),
    array_fill(11::bigint, ARRAY[5000]), array_fill(10::bigint, ARRAY[5000])
  )
  GROUP BY state`;

describe('the verdicts of a final hour', () => {
  it('look up the quota events of each user, also when the statistics are older than the hour', async () => {
    const database = await testDatabase();
    const client = new pg.Client(database.url);
    await client.connect();
    try {
      await client.query(HOUR_AFTER_STATISTICS);
      await client.query(`LOAD 'auto_explain'`);
      await client.query(`SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
        SET client_min_messages = log`);
      const plans: string[] = [];
      client.on('notice', ({ message }) => plans.push(message ?? ''));
      const { rows } = await client.query<{ state: string; users: number }>(VERDICTS);
      expect(rows).toEqual([{ state: 'confirmed', users: 5_000 }]);
      const searches = plans.join('\n').match(/Index Cond: .*hour.*/g) ?? [];
      expect(searches).toHaveLength(3);
      for (const search of searches) expect(search).toContain('id = d.id');
    } finally {
      await client.end();
      await database.close();
    }
  });
});
