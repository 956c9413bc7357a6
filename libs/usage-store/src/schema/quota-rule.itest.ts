import { isOverQuota } from '@antenna/quota';
import fc from 'fast-check';
import type { Knex } from 'knex';
import { PostgresHourStore } from '../hour-store.ts';
import { anHourResult } from '../testing/an-archived-hour.ts';
import { TestStore } from '../testing/test-store.ts';

const USERS_OF_CASE = 200;

/** Amounts close to each other: small ones, and integers beyond 2^53 that a double cannot distinguish. */
const amount = fc.oneof(fc.bigInt(0n, 5n), fc.bigInt(4_998n, 5_002n), fc.bigInt(2n ** 53n - 1n, 2n ** 53n + 2n));
const users = fc.array(fc.record({ usage: amount, quota: amount }), {
  minLength: USERS_OF_CASE,
  maxLength: USERS_OF_CASE,
});

let test: TestStore;
let database: Knex;

beforeAll(async () => {
  test = await TestStore.open();
  database = test.database;
});

afterAll(() => test.close());

function emailOf(user: number): string {
  return `user-${user}@example.org`;
}

async function storeUsers(quotas: readonly bigint[]): Promise<void> {
  await database.raw('TRUNCATE user_metadata');
  const rows = quotas.map((quota, user) => ({
    id: `user-${user}`,
    name: 'a user',
    email: emailOf(user),
    quota: String(quota),
  }));
  await database('user_metadata').insert(rows);
}

async function commitUsages(usages: readonly bigint[]): Promise<void> {
  const rows = usages.map((value, user) => ({ type: 'user_total_bytes' as const, id: `user-${user}`, value }));
  const store = new PostgresHourStore(database, { archiveUrl: 'file:///archive', previewedUsers: 0 });
  await store.commit(anHourResult(rows));
}

async function emailsOverQuota(): Promise<readonly string[]> {
  const { rows } = await database.raw<{ rows: { email: string }[] }>(`SELECT email FROM public.user_quota_limit`);
  return rows.map(({ email }) => email).sort();
}

describe('the users over quota that the database finds in an hour', () => {
  it('are those that the rule of libs/quota finds', async () => {
    for (const cases of fc.sample(users, { numRuns: 5, seed: 16 })) {
      await storeUsers(cases.map(({ quota }) => quota));
      await commitUsages(cases.map(({ usage }) => usage));
      const expected = cases.flatMap(({ usage, quota }, user) => (isOverQuota(usage, quota) ? [emailOf(user)] : []));
      expect(await emailsOverQuota()).toEqual(expected.sort());
    }
  });
});
