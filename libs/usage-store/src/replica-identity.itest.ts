import type { Knex } from 'knex';
import { migrate } from './migrate.ts';
import { TestStore } from './testing/test-store.ts';

let test: TestStore;
let database: Knex;

beforeEach(async () => {
  test = await TestStore.withoutSchema();
  database = test.database;
});

afterEach(() => test.close());

async function tablesOfOurs(): Promise<readonly { readonly name: string; readonly column: string }[]> {
  const { rows } = await database.raw<{ rows: { name: string; column: string }[] }>(`
    SELECT format('%I.%I', table_schema, table_name) AS name, quote_ident(min(column_name::text)) AS "column"
    FROM information_schema.tables JOIN information_schema.columns USING (table_schema, table_name)
    WHERE table_schema IN ('public', 'pipeline') AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'
      AND is_identity = 'NO'
    GROUP BY 1 ORDER BY 1`);
  return rows;
}

describe('a publication of all tables', () => {
  // Postgres refuses UPDATE and DELETE on a published table without a replica identity.
  it('allows updates and deletes in every table of schemas public and pipeline', async () => {
    await migrate({ url: test.url });
    await database.raw('CREATE PUBLICATION everything FOR ALL TABLES');
    const tables = await tablesOfOurs();
    expect(tables.map(({ name }) => name)).toContain('public.user_quota_limit');
    for (const { name, column } of tables) {
      await database.transaction(async (transaction) => {
        // Disables the triggers that refuse to change corrections and certificates.
        await transaction.raw('SET LOCAL session_replication_role = replica');
        await transaction.raw(`UPDATE ${name} SET ${column} = ${column}`);
        await transaction.raw(`DELETE FROM ${name} WHERE false`);
      });
    }
  });

  it('may exist before the migration, with tables of an earlier installation that have no replica identity', async () => {
    await database.raw(`
      CREATE TABLE public.user_quota_limit (email text, usage bigint, quota bigint, "timestamp" timestamp);
      ALTER TABLE public.user_quota_limit REPLICA IDENTITY NOTHING;
      CREATE PUBLICATION everything FOR ALL TABLES`);
    await migrate({ url: test.url });
    await expect(database.raw('DELETE FROM public.user_quota_limit')).resolves.toBeDefined();
  });
});
