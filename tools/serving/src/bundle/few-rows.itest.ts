import * as z from 'zod';
import { type ChosenRange, columnsStatement } from './dataset-statement.ts';
import { BundleDatabase } from './testing/bundle-database.ts';

const HOURS = 60 * 24;

/**
 * Sixty days of settled hours up to the present one, with 30 ids in two windows an hour. All hours but those of the
 * newest two days are in the sums of their days.
 */
const SIXTY_DAYS = `
  CREATE TEMP TABLE past_hour AS
    SELECT date_trunc('hour', clock_timestamp() AT TIME ZONE 'UTC') - n * interval '1 hour' AS hour, n < 48 AS is_new
    FROM generate_series(0, ${HOURS - 1}) AS n;
  CREATE TEMP TABLE known AS
    SELECT 'id ' || n AS id,
      CASE WHEN n <= 20 THEN 'user_total_bytes' WHEN n <= 25 THEN 'antenna_total_bytes' ELSE 'app_total_bytes' END AS type
    FROM generate_series(1, 30) AS n;
  INSERT INTO public.user_metadata (id, name, email, quota)
    SELECT id, 'name of ' || id, id || '@example.org', 3 FROM known WHERE type = 'user_total_bytes';
  INSERT INTO public.bytes ("timestamp", type, id, value)
    SELECT hour + n * interval '30 minutes', type, id, 2 FROM past_hour, known, generate_series(0, 1) AS n;
  INSERT INTO public.bytes_hourly ("timestamp", type, id, value) SELECT hour, type, id, 4 FROM past_hour, known;
  INSERT INTO public.user_quota_limit (email, usage, quota, "timestamp")
    SELECT id || '@example.org', 4, 3, hour FROM past_hour, known WHERE type = 'user_total_bytes';
  INSERT INTO pipeline.user_hour_usage (hour, id, usage, latest_event_time)
    SELECT hour, id, 4, hour FROM past_hour, known WHERE type = 'user_total_bytes';
  INSERT INTO pipeline.stream (topic, group_id, cluster_id, archive_url, allowed_lateness)
    VALUES ('devices', 'g', 'c', 'file:///archive', '1 minute');
  INSERT INTO pipeline.position (sink, topic, partition, next_offset, greatest_event_time)
    SELECT sink, 'devices', 0, 1000, (SELECT max(hour) FROM past_hour) FROM unnest(ARRAY['totals', 'archive']) AS sink;
  INSERT INTO pipeline.hour (hour, revision, changed_at, computed_revision, computed_final, computed_at)
    SELECT hour, 1, now(), 1, true, now() FROM past_hour;
  INSERT INTO pipeline.counted_hour (hour, topic, partition, events, event_bytes, counted_end)
    SELECT hour, 'devices', 0, 4, 80, 1000 FROM past_hour;
  INSERT INTO pipeline.batch_run
    (hour, revision, was_final, engine, input_files, events, event_bytes, hourly_rows, users_over_quota,
      users_without_metadata, started_at)
    SELECT hour, 1, true, 'duckdb', '[]', 4, 80, 30, 20, 0, now() FROM past_hour;
  INSERT INTO pipeline.computed_hour (hour, is_final, is_in_day_sum) SELECT hour, true, NOT is_new FROM past_hour;
  INSERT INTO pipeline.day_sum (day, type, id, value, hours)
    SELECT date_trunc('day', hour), type, id, 4 * count(*), count(*) FROM past_hour, known WHERE NOT is_new GROUP BY 1, 2, 3;
  INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota, sent_at)
    SELECT id, row_number() OVER (PARTITION BY id ORDER BY hour), hour, 'exceeded', 4, 3, now()
    FROM past_hour, known WHERE type = 'user_total_bytes';
  ANALYZE`;

let database: BundleDatabase;
beforeAll(async () => {
  database = await BundleDatabase.open(SIXTY_DAYS);
});
afterAll(() => database.close());

const timed = [
  'bytes_cada_5_minutos',
  'bytes_por_hora',
  'certificados',
  'conciliacion',
  'correcciones',
  'estado_de_las_horas',
  'over_quota',
  'speed_y_batch',
  'uso_por_dia',
  'usuario_avisos',
  'usuario_correcciones',
  'usuario_hora',
];

describe('in a database of sixty days, a dataset', () => {
  it.each(timed)('reads the rows of the newest time alone when no range is chosen: %s', async (name) => {
    const before = await rowsRead();
    await database.client.query(statementOf(name));
    // The use of a day is looked up day by day, each time among the computed hours.
    expect((await rowsRead()) - before).toBeLessThan(name === 'uso_por_dia' ? 120_000 : 30_000);
  });

  it('reads all rows when all time is chosen, which shows that the rows are counted', async () => {
    const before = await rowsRead();
    await database.client.query(statementOf('bytes_cada_5_minutos', { from: '2000-01-01', to: '2100-01-01' }));
    expect((await rowsRead()) - before).toBeGreaterThan(HOURS * 2 * 30);
  });

  it.each(timed)('reads no partition of another time than the newest when no range is chosen: %s', async (name) => {
    const [last, present] = [await month(-1), await month(0)];
    expect([last.suffix, present.suffix]).toEqual(expect.arrayContaining(await partitionsRead(statementOf(name))));
  });

  it.each(timed.filter((name) => name !== 'uso_por_dia'))(
    'reads no partition of another month than the chosen one: %s',
    async (name) => {
      const { suffix, from, to } = await month(-1);
      expect([suffix]).toEqual(expect.arrayContaining(await partitionsRead(statementOf(name, { from, to }))));
    },
  );

  it('is read in the partition of the chosen month, which shows that partitions are noticed', async () => {
    const { suffix, from, to } = await month(-1);
    expect(await partitionsRead(statementOf('speed_y_batch', { from, to }))).toEqual([suffix]);
  });
});

function statementOf(name: string, chosen?: ChosenRange): string {
  return columnsStatement(database.dataset(name), chosen);
}

const ROWS_READ = `
  SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables)
    + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes) AS rows`;

async function rowsRead(): Promise<number> {
  await database.client.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await database.client.query<{ rows: string }>(ROWS_READ);
  return Number(rows[0]?.rows);
}

/** A month beside the present one: how its partitions' names end, and two days in its middle. */
async function month(offset: number): Promise<ChosenRange & { suffix: string }> {
  const start = `date_trunc('month', now() AT TIME ZONE 'UTC') + ${offset} * interval '1 month'`;
  const { rows } = await database.client.query<ChosenRange & { suffix: string }>(
    `SELECT to_char(${start}, 'YYYY_MM') AS suffix, (${start} + interval '10 days')::text AS "from",
       (${start} + interval '12 days')::text AS "to"`,
  );
  if (rows[0] === undefined) throw new Error('Postgres gives no month');
  return rows[0];
}

interface PlanNode {
  readonly 'Relation Name'?: string | undefined;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[] | undefined;
}
const planNode: z.ZodType<PlanNode> = z.looseObject({
  'Relation Name': z.string().optional(),
  'Actual Loops': z.number(),
  get Plans() {
    return z.array(planNode).optional();
  },
});
const plans = z.tuple([z.looseObject({ Plan: planNode })]);

/** How the names of the partitions end that a statement reads: a month, `before` or `beyond`. */
async function partitionsRead(statement: string): Promise<readonly string[]> {
  const { rows } = await database.client.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${statement}`);
  const [{ Plan }] = plans.parse((rows[0] as Record<string, unknown> | undefined)?.['QUERY PLAN']);
  const read = nodesOf(Plan).filter((node) => node['Actual Loops'] > 0);
  const ends = read.map(
    (node) => /^(?:bytes|bytes_hourly|user_hour_usage)_(before|beyond|\d.*)$/.exec(node['Relation Name'] ?? '')?.[1],
  );
  return [...new Set(ends.filter((end) => end !== undefined))].toSorted();
}

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
