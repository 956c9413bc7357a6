import { emptyDatabase, type TestDatabase } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { openDatabase } from '../database.ts';
import { migrate } from '../migrate.ts';
import { applySchema } from './apply-schema.ts';
import { schemaFamilies } from './index.ts';

const answer = (sql: string) => ({ name: 'answer', sql });
const one = answer(`CREATE OR REPLACE FUNCTION pipeline.answer() RETURNS integer LANGUAGE sql AS 'SELECT 1 /* ? */'`);
const two = answer(`CREATE OR REPLACE FUNCTION pipeline.answer() RETURNS integer LANGUAGE sql AS 'SELECT 2'`);
const renamed = answer(`CREATE OR REPLACE FUNCTION pipeline.reply() RETURNS integer LANGUAGE sql AS 'SELECT 3'`);
const view = (columns: string) => answer(`CREATE VIEW pipeline.answer_view AS SELECT ${columns}`);

describe('the functions and views of schema pipeline', () => {
  let empty: TestDatabase;
  let database: Knex;
  beforeEach(async () => {
    empty = await emptyDatabase();
    await migrate({ url: empty.url });
    database = openDatabase({ url: empty.url }, { applicationName: 'test' });
  });
  afterEach(async () => {
    await database.destroy();
    await empty.close();
  });

  const apply = (...families: (typeof one)[]) => applySchema(database, [], [...schemaFamilies, ...families]);

  async function valueOf(query: string): Promise<unknown> {
    const { rows } = await database.raw<{ rows: { value: unknown }[] }>(query);
    return rows[0]?.value;
  }

  it('are declared again when their text differs', async () => {
    await apply(one);
    expect(await valueOf('SELECT pipeline.answer() AS value')).toBe(1);
    await apply(two);
    expect(await valueOf('SELECT pipeline.answer() AS value')).toBe(2);
  });

  it('keep the oid of a function with the same signature, so that running calls find it', async () => {
    const identity = `SELECT 'pipeline.answer'::regproc::oid AS value`;
    await apply(one);
    const before = await valueOf(identity);
    await apply(two);
    expect(await valueOf(identity)).toBe(before);
  });

  it('are not declared again when their text is the same', async () => {
    await apply(one);
    const declared = 'SELECT declared_at::text AS value FROM pipeline.declared_schema';
    const before = await valueOf(declared);
    await apply(one);
    expect(await valueOf(declared)).toBe(before);
  });

  it('lose a function that is not declared any more', async () => {
    await apply(one);
    await apply(renamed);
    expect(await valueOf('SELECT pipeline.reply() AS value')).toBe(3);
    expect(await valueOf(`SELECT to_regproc('pipeline.answer') AS value`)).toBeNull();
  });

  it('can change the columns of a view', async () => {
    await apply(view('1 AS value, 2 AS other'));
    await apply(view(`'three' AS value`));
    expect(await valueOf('SELECT value FROM pipeline.answer_view')).toBe('three');
  });

  it('are never executable by PUBLIC, not even before the first commit', async () => {
    await apply(one);
    const grants = `SELECT has_function_privilege('public', 'pipeline.answer()', 'EXECUTE') AS value`;
    expect(await valueOf(grants)).toBe(false);
    const broken = answer('SELECT 1 / 0');
    await expect(apply(two, broken)).rejects.toThrow('division by zero');
    expect(await valueOf('SELECT pipeline.answer() AS value')).toBe(1);
  });

  it('are not changed by a program of an older schema version', async () => {
    await database.raw('UPDATE pipeline.schema_version SET version = version + 1');
    await expect(apply(one)).rejects.toMatchObject({ code: 'SCHEMA_VERSION' });
  });
});
