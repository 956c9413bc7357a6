import { testDatabase, type TestDatabase } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { openDatabase } from './database.ts';
import { initialUsers, seedUsers } from './seed-users.ts';

describe('the initial users', () => {
  let test: TestDatabase;
  let database: Knex;

  beforeEach(async () => {
    test = await testDatabase();
    database = openDatabase({ url: test.url }, { applicationName: 'test' });
  });

  afterEach(async () => {
    await database.destroy();
    await test.close();
  });

  const users = () => database.withSchema('public').table('user_metadata').select<unknown[]>('*').orderBy('id');

  it('are twenty users with their quotas', async () => {
    await seedUsers(database);
    const found = await users();
    expect(found).toHaveLength(20);
    expect(found[3]).toEqual({
      id: '00000000-0000-0000-0000-000000000004',
      name: 'fede',
      email: 'fede@gmail.com',
      quota: '5000',
    });
    expect(initialUsers.reduce((sum, { quota }) => sum + quota, 0)).toBe(7_505_000);
  });

  it('stay deleted after an administrator has deleted them', async () => {
    await seedUsers(database);
    await database.raw(`DELETE FROM public.user_metadata WHERE name = 'fede'`);
    await seedUsers(database);
    expect(await users()).toHaveLength(19);
  });

  it('exist once after two concurrent provisioners have added them', async () => {
    await Promise.all([seedUsers(database), seedUsers(database)]);
    expect(await users()).toHaveLength(20);
  });

  it('keep later changes', async () => {
    await seedUsers(database);
    await database.raw(`UPDATE public.user_metadata SET quota = 1 WHERE name = 'fede'`);
    const changed = await users();
    await seedUsers(database);
    expect(await users()).toEqual(changed);
  });
});
