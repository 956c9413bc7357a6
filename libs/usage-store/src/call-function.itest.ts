import { randomBytes } from 'node:crypto';
import { rowsOf, testSecret, until } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { databaseIdentity, openDatabase } from './database.ts';
import { LostRecords } from './lost-records.ts';
import { isPassingFailure } from './passing-failure.ts';
import { ensureLogin, type Login } from './roles/logins.ts';
import { StreamOperations } from './stream-operations.ts';
import { aCommit } from './testing/a-commit.ts';
import { STREAM, TestStore } from './testing/test-store.ts';

let store: TestStore;

beforeEach(async () => {
  store = await TestStore.open();
});

afterEach(() => store.close());

describe('an operator command on a read-only database', () => {
  let readOnly: Knex;

  beforeEach(async () => {
    await store.worker().claim(['totals'], [0]);
    await store.database.raw('ALTER DATABASE ?? SET default_transaction_read_only = on', [
      new URL(store.url).pathname.slice(1),
    ]);
    readOnly = openDatabase({ url: store.url }, { applicationName: 'test' });
  });

  afterEach(() => readOnly.destroy());

  const refusal = {
    code: 'DATABASE_UNAVAILABLE',
    exitCode: 1,
    message: expect.stringMatching(
      /cannot execute [\w ]+ in a read-only transaction; the server is a standby, .* nothing was changed/,
    ) as string,
  };

  it.each<[string, () => Promise<unknown>]>([
    ['retire-topic', () => new StreamOperations(readOnly, STREAM.topic).retireTopic()],
    ['forget-notes', () => new StreamOperations(readOnly, STREAM.topic).forgetNotes()],
    [
      'acknowledge-gap',
      () => {
        const position = { sink: 'totals', partition: 0, nextOffset: 0, epoch: 1 } as const;
        const gap = { position: { ...position, fingerprint: undefined, openIntent: undefined }, to: 5, files: [] };
        return new LostRecords(readOnly, STREAM).acknowledgeGap({ ...gap, acknowledgedBy: 'a test', detail: '' });
      },
    ],
  ])('%s fails with an error that says why, and what to do', async (_command, run) => {
    await expect(run()).rejects.toMatchObject(refusal);
  });
});

it('a call that fails because the provisioner has just dropped an inner function is transient, and succeeds when repeated', async () => {
  const worker = store.worker();
  await worker.claim(['totals'], [0]);
  const commit = () => worker.commitTotals(aCommit([{ bytes: 5 }], { from: 0, to: 1 }));
  await store.database.raw('ALTER FUNCTION pipeline.count_lateness RENAME TO count_lateness_of_old');
  const failure: unknown = await commit().catch((error: unknown) => error);
  expect(String(failure)).toContain('function pipeline.count_lateness(jsonb) does not exist');
  expect(isPassingFailure(failure)).toBe(true);
  await store.database.raw('ALTER FUNCTION pipeline.count_lateness_of_old RENAME TO count_lateness');
  await commit();
  expect(await rowsOf(store.url, "SELECT value FROM bytes WHERE type = 'user_total_bytes'")).toEqual([{ value: '5' }]);
});

describe('a program whose password was changed while it ran', () => {
  const login: Login = { role: `test_${randomBytes(6).toString('hex')}`, group: 'antenna_speed' };

  afterEach(async () => {
    await store.database.raw('DROP ROLE ??', [login.role]);
  });

  it('fails at its next connection with an error that names the setting of the password', async () => {
    const password = testSecret();
    await ensureLogin(store.database, { url: store.url }, { ...login, password });
    const { href: url } = Object.assign(new URL(store.url), { username: login.role });
    const program = openDatabase({ url, password }, { applicationName: 'test' });
    await databaseIdentity(program);
    await ensureLogin(store.database, { url: store.url }, { ...login, password: testSecret() });
    await store.database.raw('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ?', [login.role]);
    expect(await until(() => finalFailureOf(program), { what: 'refusal' })).toMatchObject({
      code: 'DATABASE_REFUSED',
      message: expect.stringContaining('DATABASE_PASSWORD_FILE') as string,
    });
    await program.destroy();
  });
});

/** The first failure that is not transient; undefined after a success or a transient failure. */
async function finalFailureOf(program: Knex): Promise<unknown> {
  try {
    await databaseIdentity(program);
    return undefined;
  } catch (error) {
    return isPassingFailure(error) ? undefined : error;
  }
}
