import { emptyDatabase, type TestDatabase, testDatabase } from '@antenna/test-kit';
import { databaseIdentity, openDatabase } from './database.ts';
import { migrate } from './migrate.ts';

async function identityOf({ url }: TestDatabase): Promise<string> {
  const database = openDatabase({ url }, { applicationName: 'test' });
  try {
    return await databaseIdentity(database);
  } finally {
    await database.destroy();
  }
}

describe('the identity of a database', () => {
  it('is the same for every login and after each migration', async () => {
    const database = await testDatabase();
    try {
      const before = await identityOf(database);
      await migrate({ url: database.url });
      expect(await identityOf(database)).toBe(before);
      expect(before).toMatch(/^[0-9a-f-]{36}\/\d+\/\d+$/);
    } finally {
      await database.close();
    }
  });

  it('differs in a copy of the database and in another installation', async () => {
    const databases = await Promise.all([testDatabase(), testDatabase(), emptyDatabase()]);
    const [, , empty] = databases;
    try {
      await migrate({ url: empty.url });
      const identities = await Promise.all(databases.map(identityOf));
      const installations = identities.map((identity) => identity.split('/')[0]);
      expect(new Set(identities).size).toBe(3);
      expect(new Set(installations).size).toBe(2);
    } finally {
      for (const database of databases) await database.close();
    }
  });
});
