import {
  produce,
  rowsOf,
  type TemporaryFolder,
  temporaryFolder,
  type TestDatabase,
  testDatabase,
  testSecret,
  testTopic,
  type TestTopic,
} from '@antenna/test-kit';
import { openDatabase, seedUsers } from '@antenna/usage-store';
import { startApp } from '../workers.ts';

/** Of fede, whose quota is 5,000 bytes. */
const OVER_QUOTA = {
  timestamp: '2022-10-29T13:15:00Z',
  id: '00000000-0000-0000-0000-000000000004',
  antenna_id: 'north',
  bytes: 10_000,
  app: 'SKYPE',
};

/** Not a part of it either: eight of its letters in a row would be found. */
function mustNotTell({ stdout, stderr }: { stdout: string; stderr: string }, secret: string): void {
  const parts = Array.from({ length: secret.length - 7 }, (_, from) => secret.slice(from, from + 8));
  expect(parts.filter((part) => `${stdout}${stderr}`.includes(part))).toEqual([]);
}

describe('an error does not tell', () => {
  let folder: TemporaryFolder;
  let database: TestDatabase;
  let topic: TestTopic;
  const secret = testSecret();

  beforeAll(async () => {
    [folder, database, topic] = await Promise.all([temporaryFolder(), testDatabase(), testTopic()]);
  });

  afterAll(async () => {
    await Promise.all([folder.close(), database.close(), topic.close()]);
  });

  const settings = () => ({ DATABASE_URL: database.url, ARCHIVE_URL: `file:${folder.path}/archive` });

  const urlWith = (change: Partial<Pick<URL, 'password' | 'username' | 'port'>>): string =>
    Object.assign(new URL(database.url), change).href;

  it.each([
    ['of a URL that is none', () => `postgresql://me:${secret}@a host/database`],
    ['of a URL with a port that is none', () => `postgresql://me:${secret}@localhost:port/database`],
    ['of a URL of another kind', () => `mysql://me:${secret}@localhost/database`],
    ['that stands where it must not', () => `postgresql://me@localhost/database?password=${secret}`],
    ['of a login that is refused', () => urlWith({ username: 'nobody', password: secret })],
  ])('the password %s', async (_name, url) => {
    const env = { DATABASE_URL: url() };
    const all = [
      startApp('provisioner', [], env),
      startApp('speed-layer', ['drain'], env),
      startApp('batch-layer', ['status'], env),
    ];
    for (const ended of await Promise.all(all)) {
      expect(ended.exitCode).not.toBe(0);
      mustNotTell(ended, secret);
    }
  });

  it('what was given by a flag that does not exist', async () => {
    const ended = await startApp('provisioner', [`--database-uri=postgresql://me:${secret}@localhost/database`], {});
    expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--database-uri') as string });
    mustNotTell(ended, secret);
  });

  it.each(['provisioner', 'speed-layer'] as const)('what was given as an argument to the %s', async (app) => {
    const ended = await startApp(app, [`postgresql://me:${secret}@localhost/database`], {});
    expect(ended.exitCode).toBe(2);
    mustNotTell(ended, secret);
  });

  it('what a file holds that is no file of certificates', async () => {
    const path = await folder.write('not-certificates', secret);
    const ended = await startApp('provisioner', [], { DATABASE_SSL_CA_FILE: path, DATABASE_SSL_MODE: 'verify-full' });
    expect(ended.exitCode).toBe(2);
    mustNotTell(ended, secret);
  });

  it.each([
    ['that is cut short', (key: string) => `{ "type": "service_account", "private_key": "${key}`],
    ['that is no JSON', (key: string) => key],
    [
      'whose key is none',
      (key: string) =>
        JSON.stringify({ type: 'service_account', client_email: 'me@project.example', private_key: `-----${key}` }),
    ],
  ])('what a file of credentials holds %s', async (_name, content) => {
    const path = await folder.write('credentials.json', content(secret));
    const ended = await startApp('batch-layer', ['run', '--date=2022-10-29', '--hour=13'], {
      DATABASE_URL: database.url,
      ARCHIVE_URL: 'gs://bucket-of-nobody',
      GOOGLE_APPLICATION_CREDENTIALS: path,
    });
    expect(ended.exitCode).toBe(1);
    mustNotTell(ended, secret);
  });

  it('the password of the database, however much is logged', async () => {
    const { password } = new URL(database.url);
    await produce(topic, [{ value: JSON.stringify(OVER_QUOTA) }]);
    const ended = await startApp('speed-layer', ['drain'], {
      ...settings(),
      KAFKA_BROKERS: topic.brokers.join(','),
      KAFKA_TOPIC: topic.topic,
      LOG_LEVEL: 'debug',
    });
    expect(ended).toMatchObject({ exitCode: 0 });
    // A server that was not started for the tests may have a password that is a word.
    if (password.startsWith(secret.slice(0, 6))) mustNotTell(ended, password);
  });

  it('who is over quota, when that cannot be written', async () => {
    const admin = openDatabase({ url: database.url }, { applicationName: 'test' });
    await seedUsers(admin).finally(() => admin.destroy());
    await rowsOf(database.url, 'ALTER TABLE public.user_quota_limit ADD CHECK (usage < 0)');
    const ended = await startApp('batch-layer', ['run', '--date=2022-10-29', '--hour=13'], settings());
    expect(ended).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('violates check constraint') as string,
    });
    expect(`${ended.stdout}${ended.stderr}`).not.toContain('fede');
  });
});
