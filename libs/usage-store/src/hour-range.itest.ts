import { testDatabase } from '@antenna/test-kit';
import pg from 'pg';

const HOUR_MS = 3_600_000;

/** A year of hours with ten files in each. */
const A_YEAR = `
  INSERT INTO pipeline.hour (hour, revision) SELECT timestamp '2022-01-01' + n * interval '1 hour', 1 FROM generate_series(0, 8759) AS n;
  INSERT INTO pipeline.archive_file
    (path, hour, topic, partition, start_offset, end_offset, row_count, event_bytes, size_bytes, checksum, decoder_version)
  SELECT n || '-' || file, timestamp '2022-01-01' + n * interval '1 hour', 'devices', file, n, n + 1, 1, 1, 1, '', 1
  FROM generate_series(0, 8759) AS n, generate_series(0, 9) AS file;
  ANALYZE pipeline.hour, pipeline.archive_file`;

describe('the hours of a range', () => {
  it('are read through the index on archive_file.hour, without scanning the files of all hours', async () => {
    const database = await testDatabase();
    const client = new pg.Client(database.url);
    await client.connect();
    try {
      await client.query(A_YEAR);
      await client.query(`LOAD 'auto_explain'`);
      await client.query(`SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
        SET auto_explain.log_analyze = on; SET client_min_messages = log`);
      const plans: string[] = [];
      client.on('notice', ({ message }) => plans.push(message ?? ''));
      const fromMs = Date.UTC(2022, 9, 29);
      const range = [fromMs, fromMs + 24 * HOUR_MS];
      const { rows } = await client.query<{ hours: number }>(
        `SELECT jsonb_array_length(pipeline.hour_statuses(v.version, $1, $2) -> 'hours') AS hours FROM pipeline.schema_version AS v`,
        range,
      );
      expect(rows).toEqual([{ hours: 24 }]);
      const plan = plans.find((text) => text.includes('archive_file')) ?? '';
      expect(plan).toContain('archive_file_hour');
      expect(plan).not.toMatch(/Seq Scan on archive_file/);
    } finally {
      await client.end();
      await database.close();
    }
  });
});
