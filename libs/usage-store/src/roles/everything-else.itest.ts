import { randomBytes } from 'node:crypto';
import { testDatabase, type TestDatabase, testSecret } from '@antenna/test-kit';
import type { Knex } from 'knex';
import pg from 'pg';
import { openDatabase } from '../database.ts';
import { migrate } from '../migrate.ts';
import { ensureLogin, type Login } from './logins.ts';
import { GRANTED_FUNCTIONS } from './testing/granted-functions.ts';
import { type Attempt, attemptsBeyondCatalogue, attemptsFromCatalogue } from './testing/attempts.ts';

const GROUPS = ['antenna_speed', 'antenna_batch', 'antenna_operator', 'antenna_reader'] as const;

/** SQLSTATE of a missing right. */
const DENIED = '42501';

/** SQLSTATE of the warning when the grantor may not grant the right. */
const NOT_GRANTED = '01007';

describe('a login with the rights of', () => {
  let test: TestDatabase;
  let owner: Knex;
  let logins: readonly (Login & { readonly password: string })[];

  beforeAll(async () => {
    test = await testDatabase();
    // A copy of a database does not inherit the rights on the database itself.
    await migrate({ url: test.url });
    owner = openDatabase({ url: test.url }, { applicationName: 'test' });
    logins = GROUPS.map((group) => {
      const role = `test_${group}_${randomBytes(6).toString('hex')}`;
      return { role, group, password: testSecret() };
    });
    for (const login of logins) await ensureLogin(owner, { url: test.url }, login);
  });

  afterAll(async () => {
    for (const { role } of logins) await owner.raw('DROP ROLE ??', [role]);
    await owner.destroy();
    await test.close();
  });

  /** The rights that a login shows to have by trying every attempt. */
  async function rightsOf(group: Login['group']): Promise<readonly string[]> {
    const others = ['postgres', ...GROUPS.filter((other) => other !== group)];
    const attempts = [...(await attemptsFromCatalogue(owner)), ...attemptsBeyondCatalogue(others)];
    const login = logins.find((each) => each.group === group);
    const url = new URL(test.url);
    [url.username, url.password] = [login?.role ?? '', login?.password ?? ''];
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      const rights = new Set<string>();
      for (const attempt of attempts) if (await succeeds(client, attempt)) rights.add(attempt.right);
      return [...rights].sort();
    } finally {
      await client.end();
    }
  }

  it('antenna_speed can call the functions of the speed layer, and nothing else', async () => {
    expect(await rightsOf('antenna_speed')).toEqual(callsOf('antenna_speed'));
  });

  it('antenna_batch can call the functions of the batch layer, and nothing else', async () => {
    expect(await rightsOf('antenna_batch')).toEqual(callsOf('antenna_batch'));
  });

  it('antenna_operator can call the functions of an operator, and nothing else', async () => {
    expect(await rightsOf('antenna_operator')).toEqual(callsOf('antenna_operator'));
  });

  it('antenna_reader can read the public tables and the views of the dashboards, and nothing else', async () => {
    expect(await rightsOf('antenna_reader')).toEqual([
      'EXECUTE pipeline.shown_range',
      ...[
        'pipeline.antenna_clock',
        'pipeline.certificate_report',
        'pipeline.computed_hour',
        'pipeline.correction_summary',
        'pipeline.data_as_of',
        'pipeline.day_hours',
        'pipeline.dead_letter_count',
        'pipeline.hour_correction_report',
        'pipeline.hour_status',
        'pipeline.known_id',
        'pipeline.lateness_by_hour',
        'pipeline.live_quota',
        'pipeline.live_usage',
        'pipeline.over_quota',
        'pipeline.quota_alert',
        'pipeline.quota_event',
        'pipeline.recent_lateness',
        'pipeline.reconciliation',
        'pipeline.retention_report',
        'pipeline.schema_version',
        'pipeline.stream_progress',
        'pipeline.stream_watermark',
        'pipeline.unsettled_hour',
        'pipeline.usage_daily',
        'pipeline.usage_monthly',
        'pipeline.user_label',
        'public.bytes',
        'public.bytes_hourly',
        'public.user_metadata',
        'public.user_quota_limit',
      ].map((name) => `SELECT ${name}`),
    ]);
  });

  it('any group is tested with every table, view and function of the catalogue, including new ones', async () => {
    await owner.transaction(async (transaction) => {
      await transaction.raw('CREATE TABLE pipeline.added_later (id integer)');
      await transaction.raw('CREATE FUNCTION public.added_later() RETURNS integer LANGUAGE sql RETURN 1');
      const rights = (await attemptsFromCatalogue(transaction)).map(({ right }) => right);
      expect(rights).toEqual(expect.arrayContaining(['DELETE pipeline.added_later', 'EXECUTE public.added_later']));
      await transaction.rollback();
    });
  });
});

/** The rights of a group that may call its functions and read the accepted schema versions. */
function callsOf(group: Login['group']): readonly string[] {
  return [...GRANTED_FUNCTIONS[group].map((name) => `EXECUTE pipeline.${name}`), 'SELECT pipeline.schema_version'];
}

/** In a transaction these statements fail before Postgres checks the right. */
const ALONE = /^(ALTER SYSTEM|CREATE DATABASE)/;

/**
 * A statement that fails for another reason than a missing right counts as allowed. GRANT without the right to grant
 * succeeds with a warning, which counts as refused.
 */
async function succeeds(client: pg.Client, { statement }: Attempt): Promise<boolean> {
  let isRefused = false;
  const onNotice = ({ code }: { readonly code?: string | undefined }): void => {
    isRefused ||= code === NOT_GRANTED;
  };
  client.on('notice', onNotice);
  const isAlone = ALONE.test(statement);
  if (!isAlone) await client.query('BEGIN');
  try {
    await client.query(statement);
  } catch (error) {
    isRefused ||= error instanceof pg.DatabaseError && error.code === DENIED;
  } finally {
    client.off('notice', onNotice);
    if (!isAlone) await client.query('ROLLBACK');
  }
  return !isRefused;
}
