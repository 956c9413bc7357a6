import { randomBytes } from 'node:crypto';
import { emptyDatabase, testDatabase, testSecret, until, type TestDatabase } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { openDatabase } from '../database.ts';
import { migrate } from '../migrate.ts';
import { checkSchema } from '../schema-version.ts';
import { CREATE_GROUP_ROLES } from './group-roles.sql.ts';
import { ensureLogin, type Login } from './logins.ts';
import { GRANTED_FUNCTIONS } from './testing/granted-functions.ts';

let test: TestDatabase;
let owner: Knex;

beforeAll(async () => {
  test = await testDatabase();
  owner = openDatabase({ url: test.url }, { applicationName: 'test' });
});

afterAll(async () => {
  await owner.destroy();
  await test.close();
});

async function textsOf(query: string, role: string): Promise<readonly string[]> {
  const { rows } = await owner.raw<{ rows: { text: string }[] }>(query, { role });
  return rows.map(({ text }) => text);
}

/** The functions of schema pipeline that a role may call. `public` is the role PUBLIC. */
function callable(role: string): Promise<readonly string[]> {
  return textsOf(
    `SELECT proname AS text FROM pg_proc
     WHERE pronamespace = 'pipeline'::regnamespace AND has_function_privilege(:role, oid, 'EXECUTE') ORDER BY 1`,
    role,
  );
}

/** The tables and views of both schemas on which a role has one of these rights. */
async function touchable(role: string, rights: string): Promise<readonly string[]> {
  return textsOf(
    `SELECT oid::regclass::text AS text FROM pg_class
     WHERE relnamespace IN ('pipeline'::regnamespace, 'public'::regnamespace) AND relkind IN ('r', 'v', 'm', 'p')
       AND has_table_privilege(:role, oid, '${rights}') ORDER BY 1`,
    role,
  );
}

const writing = 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER';

describe('PUBLIC', () => {
  it('has no right to anything that the migrations create', async () => {
    expect(await callable('public')).toEqual([]);
    expect(await touchable('public', `SELECT, ${writing}`)).toEqual([]);
  });
});

describe('the speed layer', () => {
  it('may call its functions', async () => {
    expect(await callable('antenna_speed')).toEqual(GRANTED_FUNCTIONS.antenna_speed);
  });

  it('can read the schema version, and access no other table', async () => {
    expect(await touchable('antenna_speed', writing)).toEqual([]);
    expect(await touchable('antenna_speed', 'SELECT')).toEqual(['pipeline.schema_version']);
  });
});

describe('the batch layer', () => {
  it('may call its functions', async () => {
    expect(await callable('antenna_batch')).toEqual(GRANTED_FUNCTIONS.antenna_batch);
  });

  it('can read the schema version, and access no other table', async () => {
    expect(await touchable('antenna_batch', writing)).toEqual([]);
    expect(await touchable('antenna_batch', 'SELECT')).toEqual(['pipeline.schema_version']);
  });
});

describe('the operator', () => {
  it('may call the functions of an operator', async () => {
    expect(await callable('antenna_operator')).toEqual(GRANTED_FUNCTIONS.antenna_operator);
  });

  it('can read the schema version, and access no other table', async () => {
    expect(await touchable('antenna_operator', writing)).toEqual([]);
    expect(await touchable('antenna_operator', 'SELECT')).toEqual(['pipeline.schema_version']);
  });
});

describe('the reader', () => {
  it('may read the public tables and what dashboards show, but no payload', async () => {
    const readable = await touchable('antenna_reader', 'SELECT');
    expect(readable).toEqual(expect.arrayContaining(['bytes', 'bytes_hourly', 'user_metadata', 'user_quota_limit']));
    expect(readable).toEqual(
      expect.arrayContaining(
        ['live_usage', 'stream_progress', 'hour_status', 'dead_letter_count'].map((v) => `pipeline.${v}`),
      ),
    );
    for (const table of [
      'dead_letter',
      'dead_letter_range',
      'dead_letter_replay',
      'position',
      'archive_intent',
      'archive_file',
      'batch_run',
      'migration',
    ]) {
      expect(readable).not.toContain(`pipeline.${table}`);
    }
  });

  it('may write to no table, and call only the function of the time range that dashboards show', async () => {
    expect(await touchable('antenna_reader', writing)).toEqual([]);
    expect(await callable('antenna_reader')).toEqual(GRANTED_FUNCTIONS.antenna_reader);
  });

  it('can query every granted view without further rights', async () => {
    const readable = await touchable('antenna_reader', 'SELECT');
    await owner.transaction(async (transaction) => {
      await transaction.raw('SET LOCAL ROLE antenna_reader');
      for (const name of readable) await transaction.raw(`SELECT * FROM ${name} LIMIT 1`);
    });
  });
});

describe('the functions that workers call', () => {
  it('run with the rights of their owner and a fixed search_path', async () => {
    const loose = await textsOf(
      `SELECT p.proname AS text FROM pg_proc AS p
       WHERE p.pronamespace = 'pipeline'::regnamespace
         AND (has_function_privilege('antenna_speed', p.oid, 'EXECUTE') OR has_function_privilege('antenna_batch', p.oid, 'EXECUTE')
           OR has_function_privilege('antenna_operator', p.oid, 'EXECUTE'))
         AND NOT (p.prosecdef AND coalesce(p.proconfig::text LIKE '%search_path=pg_catalog, pg_temp%', false))`,
      '',
    );
    expect(loose).toEqual([]);
  });
});

describe('the group roles', () => {
  // The server may have the roles of the product already, so the test uses other names.
  const prefix = `test_${randomBytes(6).toString('hex')}_`;
  const create = CREATE_GROUP_ROLES.replaceAll('antenna_', prefix);
  const created = `SELECT rolname AS text FROM pg_roles WHERE starts_with(rolname, '${prefix}') ORDER BY 1`;

  afterAll(async () => {
    for (const role of await textsOf(created, '')) await owner.raw('DROP ROLE ??', [role]);
  });

  it('are created although another database creates them in a concurrent transaction', async () => {
    const elsewhere = await owner.transaction();
    await elsewhere.raw(create);
    const here = Promise.resolve(owner.raw(create));
    const waiting = `SELECT query AS text FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${prefix}%'`;
    await until(async () => (await textsOf(waiting, '')).length > 0, { what: 'wait for the other transaction' });
    await elsewhere.commit();
    await here;
    expect(await textsOf(created, '')).toEqual(['batch', 'operator', 'reader', 'speed'].map((name) => prefix + name));
  });

  it('cannot log in', async () => {
    const logins = `SELECT rolname AS text FROM pg_roles WHERE rolname LIKE 'antenna_%' AND rolcanlogin
      AND rolname IN ('antenna_batch', 'antenna_operator', 'antenna_reader', 'antenna_speed')`;
    expect(await textsOf(logins, '')).toEqual([]);
  });
});

describe('a login', () => {
  const login: Login = { role: `test_${randomBytes(6).toString('hex')}`, group: 'antenna_speed' };

  afterAll(async () => {
    await owner.raw('DROP ROLE IF EXISTS ??', [login.role]);
  });

  function ensure(password: string): Promise<void> {
    return ensureLogin(owner, { url: test.url }, { ...login, password });
  }

  async function logIn(password: string): Promise<string> {
    const url = new URL(test.url);
    url.username = login.role;
    const database = openDatabase({ url: url.href, password }, { applicationName: 'test' });
    try {
      await checkSchema(database);
      await expect(database.raw('DELETE FROM public.bytes')).rejects.toMatchObject({ code: '42501' });
      await expect(database.raw('SELECT * FROM pipeline.position')).rejects.toMatchObject({ code: '42501' });
      return 'in';
    } finally {
      await database.destroy();
    }
  }

  it('has its password and the rights of its group', async () => {
    const odd = `${testSecret()}'word?\\ %I ñ`;
    await ensure(odd);
    await expect(logIn(odd)).resolves.toBe('in');
    await expect(logIn(testSecret())).rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
  });

  it('can change its password', async () => {
    const [first, second] = [testSecret(), testSecret()];
    await ensure(first);
    await ensure(second);
    await expect(logIn(second)).resolves.toBe('in');
    await expect(logIn(first)).rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
  });

  it('is created once by concurrent provisioners', async () => {
    await owner.raw('DROP ROLE IF EXISTS ??', [login.role]);
    const same = testSecret();
    await Promise.all([1, 2, 3, 4].map(() => ensure(same)));
    await expect(logIn(same)).resolves.toBe('in');
  });
});

describe('a provisioner that owns its database and is no superuser', () => {
  const role = `test_${randomBytes(6).toString('hex')}`;

  it('revokes from PUBLIC what it may, and leaves the right to large objects', async () => {
    const empty = await emptyDatabase();
    const administrator = openDatabase({ url: empty.url }, { applicationName: 'test' });
    try {
      const name = new URL(empty.url).pathname.slice(1);
      const password = testSecret();
      await administrator.raw(`CREATE ROLE ${role} LOGIN CREATEROLE PASSWORD '${password}'`);
      await administrator.raw(`ALTER DATABASE "${name}" OWNER TO ${role}`);
      // Without any right on a function, REVOKE fails with an error instead of a warning.
      await administrator.raw('REVOKE EXECUTE ON FUNCTION pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC');
      const url = Object.assign(new URL(empty.url), { username: role, password }).href;
      await migrate({ url });
      const { rows } = await administrator.raw<{ rows: unknown[] }>(`
        SELECT has_database_privilege('public', current_database(), 'TEMPORARY') AS temporary_tables,
          has_schema_privilege('public', 'public', 'CREATE') AS tables,
          has_function_privilege('public', 'pg_catalog.lo_create(oid)', 'EXECUTE') AS large_objects`);
      expect(rows).toEqual([{ temporary_tables: false, tables: false, large_objects: true }]);
    } finally {
      await administrator.destroy();
      await empty.close();
      await owner.raw('DROP ROLE ??', [role]);
    }
  });
});
