import { fileURLToPath } from 'node:url';
import { emptyDatabase, until, type TestDatabase } from '@antenna/test-kit';
import { execa } from 'execa';
import type { Knex } from 'knex';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { checkSchema, SCHEMA_VERSION } from './schema-version.ts';

const names = migrations.map(({ name }) => name);
const extra = { name: '9999-extra', sql: `CREATE TABLE pipeline.extra (mark text DEFAULT 'why?')` };
const opened: { readonly close: () => Promise<unknown> }[] = [];

afterEach(async () => {
  for (const { close } of opened.splice(0).reverse()) await close();
});

async function aDatabase(): Promise<TestDatabase> {
  const database = await emptyDatabase();
  opened.push(database);
  return database;
}

function open(url: string): Knex {
  const database = openDatabase({ url }, { applicationName: 'test' });
  opened.push({ close: () => database.destroy() });
  return database;
}

async function textsOf(database: Knex, query: string): Promise<readonly string[]> {
  const { rows } = await database.raw<{ rows: { text: string }[] }>(query);
  return rows.map(({ text }) => text);
}

const tablesIn = (schema: string) =>
  `SELECT tablename AS text FROM pg_tables WHERE schemaname = '${schema}' ORDER BY 1`;

describe('a migration', () => {
  it('brings an empty database up to date', async () => {
    const { url } = await aDatabase();
    expect(await migrate({ url })).toEqual({ applied: names });
    await expect(checkSchema(open(url))).resolves.toBeUndefined();
  });

  it('puts exactly the four tables into schema public', async () => {
    const { url } = await aDatabase();
    await migrate({ url });
    const tables = await textsOf(open(url), tablesIn('public'));
    expect(tables).toEqual(['bytes', 'bytes_hourly', 'user_metadata', 'user_quota_limit']);
    const others = `SELECT relname AS text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('r', 'p', 'i', 'I')`;
    expect(await textsOf(open(url), others)).toEqual([]);
  });

  it('gives the four tables the documented columns', async () => {
    const { url } = await aDatabase();
    await migrate({ url });
    const columns = await textsOf(
      open(url),
      `SELECT table_name || '.' || column_name || ' ' || data_type AS text FROM information_schema.columns
       WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`,
    );
    expect(columns).toEqual([
      ...['bytes', 'bytes_hourly'].flatMap((table) => [
        `${table}.timestamp timestamp without time zone`,
        `${table}.id text`,
        `${table}.value bigint`,
        `${table}.type text`,
      ]),
      'user_metadata.id text',
      'user_metadata.name text',
      'user_metadata.email text',
      'user_metadata.quota bigint',
      'user_quota_limit.email text',
      'user_quota_limit.usage bigint',
      'user_quota_limit.quota bigint',
      'user_quota_limit.timestamp timestamp without time zone',
    ]);
  });

  it('changes nothing when it is run again', async () => {
    const { url } = await aDatabase();
    await migrate({ url });
    expect(await migrate({ url })).toEqual({ applied: [] });
  });

  it('applies a new migration whose SQL contains question marks', async () => {
    const { url } = await aDatabase();
    await migrate({ url });
    expect(await migrate({ url }, { migrations: [...migrations, extra] })).toEqual({ applied: [extra.name] });
    const [mark] = await textsOf(open(url), 'INSERT INTO pipeline.extra DEFAULT VALUES RETURNING mark AS text');
    expect(mark).toBe('why?');
  });

  it('is applied by one of three concurrent runs', async () => {
    const { url } = await aDatabase();
    const results = await Promise.all([migrate({ url }), migrate({ url }), migrate({ url })]);
    expect(results.map(({ applied }) => applied.length).sort((a, b) => a - b)).toEqual([0, 0, names.length]);
  });

  it('succeeds concurrently in several databases of one server, which share their roles', async () => {
    const databases = await Promise.all([aDatabase(), aDatabase(), aDatabase()]);
    const results = await Promise.all(databases.map(({ url }) => migrate({ url })));
    expect(results.map(({ applied }) => applied)).toEqual([names, names, names]);
  });

  it('refuses a database that a newer program has migrated, and changes nothing', async () => {
    const { url } = await aDatabase();
    await migrate({ url }, { migrations: [...migrations, extra] });
    await expect(migrate({ url })).rejects.toMatchObject({
      code: 'SCHEMA_VERSION',
      exitCode: 1,
      message: expect.stringContaining('9999-extra') as string,
    });
    expect(await textsOf(open(url), 'SELECT name AS text FROM pipeline.migration ORDER BY 1')).toEqual([
      ...names,
      extra.name,
    ]);
  });

  it('makes an outdated schema refuse a newer program, and a compatible one accept a program one version older', async () => {
    const { url } = await aDatabase();
    const database = open(url);
    await migrate({ url });
    await database.raw('UPDATE pipeline.schema_version SET compatible_since = version - 1');
    await expect(database.raw('SELECT pipeline.require_version(?)', [SCHEMA_VERSION - 1])).resolves.toBeDefined();
    await database.raw('UPDATE pipeline.schema_version SET version = version - 1');
    await expect(checkSchema(database)).rejects.toMatchObject({ code: 'SCHEMA_VERSION' });
  });

  it('rolls back completely after a failed migration, and reports the error of Postgres', async () => {
    const { url } = await aDatabase();
    const broken = { name: '9999-broken', sql: 'CREATE TABLE pipeline.half_done (); SELECT 1/0' };
    await expect(migrate({ url }, { migrations: [...migrations, broken] })).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: 'the schema cannot be brought up to date: division by zero',
    });
    expect(await textsOf(open(url), tablesIn('pipeline'))).not.toContain('half_done');
  });
});

describe('a migration that was killed', () => {
  it('leaves no lock and no partial change', async () => {
    const { url } = await aDatabase();
    const database = open(url);
    const program = fileURLToPath(new URL('./test-programs/stuck-migration.ts', import.meta.url));
    const child = execa(process.execPath, [program, url], { reject: false });
    const isStuck = `SELECT query AS text FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
    await until(async () => (await textsOf(database, isStuck)).length > 0, { what: 'migration that is stuck' });

    child.kill('SIGKILL');
    expect(await child).toMatchObject({ signal: 'SIGKILL' });
    expect(await migrate({ url }, { waitMs: 20_000 })).toEqual({ applied: names });
    expect(await textsOf(database, tablesIn('pipeline'))).not.toContain('half_done');
  });

  it('does not block the next run with the lock row of knex', async () => {
    const { url } = await aDatabase();
    await migrate({ url });
    await open(url).raw('UPDATE pipeline.migration_lock SET is_locked = 1');
    expect(await migrate({ url }, { migrations: [...migrations, extra] })).toEqual({ applied: [extra.name] });
  });

  it('makes another run fail after its time limit while its session holds the lock', async () => {
    const { url } = await aDatabase();
    const holder = await open(url).transaction();
    await holder.raw(`SELECT pg_advisory_xact_lock(hashtextextended('antenna migrations', 0))`);
    await expect(migrate({ url }, { waitMs: 200 })).rejects.toMatchObject({ code: 'MIGRATION_LOCKED', exitCode: 1 });
    await holder.rollback();
    await expect(migrate({ url })).resolves.toEqual({ applied: names });
  });
});

describe('tables of an earlier installation', () => {
  const rows = (...ids: string[]) => `
    CREATE TABLE public.bytes ("timestamp" timestamp, id text, value bigint, type text);
    INSERT INTO public.bytes SELECT '2022-10-29 13:00', id, 1, 'app_total_bytes' FROM unnest('{${ids.join(',')}}'::text[]) AS id`;

  it('keep their rows and get primary keys', async () => {
    const { url } = await aDatabase();
    const database = open(url);
    await database.raw(rows('SKYPE', 'TELEGRAM'));
    await migrate({ url });
    expect(await textsOf(database, 'SELECT id AS text FROM public.bytes ORDER BY 1')).toEqual(['SKYPE', 'TELEGRAM']);
    const key = `SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conrelid = 'public.bytes'::regclass AND contype = 'p'`;
    expect(await textsOf(database, key)).toEqual(['PRIMARY KEY ("timestamp", type, id)']);
  });

  it('are refused when their rows contradict the primary key, and the error names the key', async () => {
    const { url } = await aDatabase();
    await open(url).raw(rows('SKYPE', 'SKYPE'));
    await expect(migrate({ url })).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('SKYPE') as string,
    });
  });
});
