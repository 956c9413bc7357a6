import { demoRun } from '../acceptance/demo-run.sql.ts';
import { adviceOn } from '../superset/readable-data.ts';
import { type ChosenRange, rowsStatement } from './dataset-statement.ts';
import { BundleDatabase } from './testing/bundle-database.ts';

const months = { from: '2022-09-01', to: '2022-11-02' };

/** The demo run has events of 2022-10-29 from 13:00 to 17:39, and computed hours to 17:00. */
describe('a dataset with a time, on Postgres after the migrations, as the reader', () => {
  let database: BundleDatabase;
  beforeAll(async () => {
    database = await BundleDatabase.open(demoRun);
  });
  afterAll(() => database.close());

  it('takes the chosen range in its own statement, whatever the dataset', () => {
    const timed = database.bundle.datasets.filter(({ content }) => content.main_dttm_col === 'timestamp');
    expect(timed).toHaveLength(11);
    for (const { content } of timed) {
      const statement = rowsStatement(content, { from: 'FROM', to: 'TO' });
      expect(statement).toMatch(/pipeline\.shown_range\('(stream|batch|compared|hours)',\s+'FROM',\s+'TO'\)/);
      expect(statement).not.toContain('{{');
    }
  });

  it.each([
    [
      'the last six hours of the stream in windows of five minutes, when none is chosen',
      undefined,
      '29 13:00 to 29 17:35',
      5,
    ],
    ['every window of a chosen range, by its bounds', range('29 14:05', '29 14:15'), '29 14:05 to 29 14:10', 5],
    ['windows of five minutes from a chosen time on', { from: '2022-10-29 14:05', to: '' }, '29 14:05 to 29 17:35', 5],
    ['hours in a range of days', range('27', '31'), '29 13:00 to 29 17:00', 60],
    [
      'hours in a range of months that has data of a day',
      { from: '2022-10-28', to: '2023-11-02' },
      '29 13:00 to 29 17:00',
      60,
    ],
    ['days in a range of months', months, '29 00:00 to 29 00:00', 1_440],
    ['days up to a chosen time', { from: '', to: '2022-10-29 14:15' }, '29 00:00 to 29 00:00', 1_440],
  ])('shows %s', async (_, chosen, points, minutes) => {
    const [row] = await database.rowsOf(
      `SELECT to_char(min("timestamp"), 'DD HH24:MI') || ' to ' || to_char(max("timestamp"), 'DD HH24:MI') AS points,
         bool_and(extract(epoch FROM "timestamp")::bigint % ${minutes * 60} = 0) AS even
       FROM (${of('bytes_cada_5_minutos', chosen)}) AS d`,
    );
    expect(row).toEqual({ points, even: true });
  });

  it.each(['bytes_cada_5_minutos', 'bytes_por_hora', 'usuario_hora', 'speed_y_batch'])(
    'adds up to the same in windows, hours and days: %s',
    async (name) => {
      const measured = { bytes_cada_5_minutos: 'value', bytes_por_hora: 'value' }[name] ?? 'speed - batch';
      const sums = [undefined, { from: '2022-10-27', to: '2022-10-31' }, months].map(
        (chosen) => `((SELECT sum(${measured}) FROM (${of(name, chosen)}) AS d))`,
      );
      const [row] = await database.rowsOf(
        `SELECT count(DISTINCT s) AS sums, min(s) > 0 AS has_bytes FROM (VALUES ${sums.join(', ')}) AS v (s)`,
      );
      expect(row).toEqual({ sums: '1', has_bytes: true });
    },
  );

  it('adds up whole days and the hours beside them in a range that begins and ends within a day', async () => {
    const chosen = { from: '2022-09-01 05:00', to: '2022-10-29 15:00' };
    const [row] = await database.rowsOf(
      `SELECT (SELECT sum(value) FROM (${of('bytes_por_hora', chosen)}) AS d) AS shown,
         (SELECT sum(value) FROM public.bytes_hourly WHERE "timestamp" < '2022-10-29 15:00') AS computed`,
    );
    expect(row?.['shown']).toBe(row?.['computed']);
  });

  it('explains differences of a chosen range, and says nothing of hours outside it', async () => {
    const hours = `SELECT DISTINCT extract(hour FROM "timestamp")::integer AS hour
      FROM (${of('conciliacion', { from: '2022-10-29 14:00', to: '2022-10-29 16:00' })}) AS d ORDER BY 1`;
    expect(await database.rowsOf(hours)).toEqual([{ hour: 14 }, { hour: 15 }]);
  });

  it('lists an hour that is not settled beside the newest ones, however old the hour is', async () => {
    await database.client.query(`
      BEGIN; RESET ROLE;
      INSERT INTO pipeline.hour (hour, revision, computed_revision, computed_final) VALUES
        ('2020-01-01 05:00', 1, 1, true), ('2020-01-01 06:00', 2, 1, true);
      INSERT INTO pipeline.counted_hour (hour, topic, partition, events, event_bytes, counted_end, on_time_end)
      VALUES ('2020-01-01 07:00', 'devices', 1, 1, 1, 99999, 99999), ('2020-01-01 08:00', 'devices', 1, 1, 1, 1, 1);
      SET LOCAL ROLE antenna_reader`);
    try {
      const listed = (chosen?: ChosenRange) =>
        database.rowsOf(`SELECT to_char("timestamp", 'YYYY HH24') AS hour FROM (${of('estado_de_las_horas', chosen)}) AS d
          WHERE "timestamp" < '2022-01-01' ORDER BY 1`);
      expect(await listed()).toEqual([{ hour: '2020 06' }, { hour: '2020 07' }]);
      expect(await listed({ from: '2022-10-01', to: '2022-11-01' })).toEqual([]);
    } finally {
      await database.client.query('ROLLBACK');
    }
  });

  it('is refused with the setting to make where Superset fills no templates', async () => {
    const statement = database.dataset('bytes_por_hora').sql ?? '';
    const failure: unknown = await database.client.query(statement).catch((error: unknown) => error);
    expect(adviceOn(String(failure))).toContain('FEATURE_FLAGS = {"ENABLE_TEMPLATE_PROCESSING": True}');
  });

  function of(name: string, chosen?: ChosenRange): string {
    return rowsStatement(database.dataset(name), chosen);
  }
});

/** Of October 2022, by day and time of day. */
function range(from: string, to: string): ChosenRange {
  return { from: `2022-10-${from}`, to: `2022-10-${to}` };
}
