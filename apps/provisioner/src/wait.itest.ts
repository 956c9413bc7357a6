import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { emptyDatabase, type TestDatabase } from '@antenna/test-kit';
import { connectWithRetry, migrate } from '@antenna/usage-store';
import { execa } from 'execa';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

let test: TestDatabase;

beforeEach(async () => {
  test = await emptyDatabase();
});

afterEach(() => test.close());

function wait(databaseUrl: string, ...flags: string[]) {
  return execa(process.execPath, [main, 'wait', ...flags], {
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: databaseUrl, LOG_FORMAT: 'json' },
  });
}

describe('the wait command of the provisioner', () => {
  it('ends when the schema exists, and logs until then what is missing', async () => {
    const waiting = wait(test.url);
    await once(waiting.stderr, 'data');
    await migrate({ url: test.url });
    const { stderr, exitCode } = await waiting;
    expect(stderr).toMatch(/the database is not ready yet.*pipeline/);
    expect(exitCode).toBe(0);
  });

  it('keeps waiting while the login does not exist', async () => {
    const stranger = Object.assign(new URL(test.url), { username: 'nobody', password: 'none' }).href;
    const { stderr, exitCode } = await wait(stranger, '--wait-seconds=1');
    expect(stderr).toMatch(/^DATABASE_REFUSED: .*nobody/m);
    expect(exitCode).toBe(1);
  });

  it('fails for a schema that is too new for this version', async () => {
    await migrate({ url: test.url });
    const database = await connectWithRetry({ url: test.url }, { applicationName: 'test' });
    await database.raw('UPDATE pipeline.schema_version SET version = 1001, compatible_since = 1000');
    await database.destroy();
    const { stderr, exitCode } = await wait(test.url, '--wait-seconds=0');
    expect(stderr).toMatch(/^SCHEMA_VERSION: .*the database accepts 1000 to 1001/m);
    expect(exitCode).toBe(1);
  });
});
