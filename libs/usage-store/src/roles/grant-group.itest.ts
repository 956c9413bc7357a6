import { randomBytes } from 'node:crypto';
import { testDatabase, type TestDatabase, testSecret } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { openDatabase } from '../database.ts';
import { checkSchema } from '../schema-version.ts';
import { grantGroup } from './logins.ts';

// The name that Cloud SQL gives to the IAM user of a service account.
const role = `speed-layer-${randomBytes(6).toString('hex')}@example-project.iam`;

const password = testSecret();

let test: TestDatabase;
let owner: Knex;

beforeAll(async () => {
  test = await testDatabase();
  owner = openDatabase({ url: test.url }, { applicationName: 'test' });
  await owner.raw(`CREATE ROLE "${role}" LOGIN PASSWORD '${password}'`);
});

afterAll(async () => {
  await owner.raw(`DROP ROLE "${role}"`);
  await owner.destroy();
  await test.close();
});

function asThem(): Knex {
  const url = new URL(test.url);
  url.username = encodeURIComponent(role);
  return openDatabase({ url: url.href, password }, { applicationName: 'test' });
}

describe('a login that the provisioner did not create', () => {
  it('gets the rights of a group, also when they are granted repeatedly', async () => {
    const them = asThem();
    await expect(checkSchema(them)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await Promise.all([1, 2, 3].map(() => grantGroup(owner, { role, group: 'antenna_speed' })));
    await checkSchema(them);
    await them.destroy();
  });

  it('is reported as missing when it does not exist', async () => {
    const missing = { role: 'nobody@example-project.iam', group: 'antenna_speed' } as const;
    await expect(grantGroup(owner, missing)).rejects.toMatchObject({
      code: 'ROLE_MISSING',
      message: expect.stringContaining('no role nobody@example-project.iam') as string,
    });
  });
});
