import pg from 'pg';
import { demoRun } from '../acceptance/demo-run.sql.ts';
import type { columnTypes } from './bundle.ts';
import { columnsStatement, metricsStatement, rowsStatement } from './dataset-statement.ts';
import { BundleDatabase } from './testing/bundle-database.ts';

const typeIds: Readonly<Record<(typeof columnTypes)[number], number>> = {
  BIGINT: pg.types.builtins.INT8,
  BOOLEAN: pg.types.builtins.BOOL,
  NUMERIC: pg.types.builtins.NUMERIC,
  TEXT: pg.types.builtins.TEXT,
  'TIMESTAMP WITHOUT TIME ZONE': pg.types.builtins.TIMESTAMP,
  'TIMESTAMP WITH TIME ZONE': pg.types.builtins.TIMESTAMPTZ,
};

describe('the datasets of the bundle, on Postgres after the migrations, as the reader', () => {
  let database: BundleDatabase;
  beforeAll(async () => {
    database = await BundleDatabase.open(demoRun);
  });
  afterAll(() => database.close());

  it('have every declared column, of the declared type', async () => {
    for (const { content } of database.bundle.datasets) {
      const { fields } = await database.client.query(`${columnsStatement(content)} LIMIT 0`);
      expect(fields.map(({ name, dataTypeID }) => [content.table_name, name, dataTypeID])).toEqual(
        content.columns.map(({ column_name, type }) => [content.table_name, column_name, typeIds[type]]),
      );
    }
  });

  it('have rows once the product has run', async () => {
    for (const { content } of database.bundle.datasets) {
      const { rowCount } = await database.client.query(`${columnsStatement(content)} LIMIT 1`);
      expect([content.table_name, rowCount]).toEqual([content.table_name, 1]);
    }
  });

  it('give every metric a value', async () => {
    for (const { content } of database.bundle.datasets.filter((it) => it.content.metrics.length > 0)) {
      const [row] = await database.rowsOf(metricsStatement(content));
      expect(Object.entries(row ?? {}).filter(([, value]) => value === null)).toEqual([]);
    }
  });

  it('give the same bytes for each type of id', async () => {
    const [row] = await database.rowsOf(
      `SELECT count(*) AS types, count(DISTINCT bytes) AS sums
       FROM (SELECT type, sum(value) AS bytes FROM (${rowsOfDataset('bytes_cada_5_minutos')}) AS d GROUP BY type) AS t`,
    );
    expect(row).toEqual({ types: '3', sums: '1' });
  });

  it('tell the hours apart: final, dirty, not final', async () => {
    const sql = rowsOfDataset('estado_de_las_horas');
    expect(
      await database.rowsOf(
        `SELECT extract(hour FROM "timestamp")::integer AS hour, state FROM (${sql}) AS d ORDER BY 1`,
      ),
    ).toEqual([
      { hour: 13, state: 'final' },
      { hour: 14, state: 'final' },
      { hour: 15, state: 'final' },
      { hour: 16, state: 'sucia' },
      { hour: 17, state: 'no final' },
    ]);
  });

  it('differ between the layers only in the hour that changed after it was computed', async () => {
    const sql = rowsOfDataset('speed_y_batch');
    const differences = await database.rowsOf(
      `SELECT extract(hour FROM "timestamp")::integer AS hour, type, sum(speed) - sum(batch) AS difference
       FROM (${sql}) AS d GROUP BY 1, 2 HAVING sum(speed) <> sum(batch) ORDER BY 2`,
    );
    expect(differences.map(({ hour, type }) => [hour, type])).toEqual([
      [16, 'antenna_total_bytes'],
      [16, 'app_total_bytes'],
      [16, 'user_total_bytes'],
    ]);
    expect(new Set(differences.map(({ difference }) => difference)).size).toBe(1);
  });

  it('say «(ninguno)» when no record was rejected', async () => {
    const sql = rowsOfDataset('registros_rechazados');
    await database.client.query(
      'BEGIN; RESET ROLE; DELETE FROM pipeline.dead_letter_total; SET LOCAL ROLE antenna_reader',
    );
    try {
      expect(await database.rowsOf(sql)).toEqual([{ reason: '(ninguno)', records: '0', last_seen_at: null }]);
    } finally {
      await database.client.query('ROLLBACK');
    }
  });

  it('add up rejected records, whether they are stored whole or in ranges', async () => {
    const sql = rowsOfDataset('registros_rechazados');
    expect(await database.rowsOf(`SELECT reason, records FROM (${sql}) AS d ORDER BY records DESC, reason`)).toEqual([
      { reason: 'not_json', records: '1012' },
      { reason: 'missing_field', records: '5' },
      { reason: 'invalid_bytes', records: '3' },
      { reason: 'empty', records: '1' },
      { reason: 'wrong_clock', records: '1' },
    ]);
  });

  it('are read by a role that can write nothing', async () => {
    await expect(database.client.query('DELETE FROM public.bytes')).rejects.toThrow('permission denied');
    await expect(database.client.query('SELECT payload FROM pipeline.dead_letter')).rejects.toThrow(
      'permission denied',
    );
    await expect(database.client.query('SELECT * FROM pipeline.dead_letter_range')).rejects.toThrow(
      'permission denied',
    );
  });

  function rowsOfDataset(name: string): string {
    return rowsStatement(database.dataset(name));
  }
});
