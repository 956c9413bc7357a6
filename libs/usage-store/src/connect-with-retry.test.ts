import { once } from 'node:events';
import { createServer } from 'node:net';
import { testSecret } from '@antenna/test-kit';
import { execa } from 'execa';

/** A port without a listener. */
async function aFreePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  await once(server.close(), 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

/**
 * Tries to connect for `waitMs` milliseconds in a separate process, since network errors are no `Error` of Jest's
 * realm.
 */
async function failure(url: string, waitMs: number): Promise<unknown> {
  const script = `
    const { connectWithRetry } = await import('${new URL('./connect-with-retry.ts', import.meta.url).href}');
    await connectWithRetry({ url: process.env.DATABASE }, { applicationName: 'test', waitMs: ${waitMs} }).catch(
      ({ name, code, exitCode, message }) => console.log(JSON.stringify({ name, code, exitCode, message })),
    );`;
  const run = await execa(process.execPath, ['--input-type=module', '--eval', script], { env: { DATABASE: url } });
  return JSON.parse(run.stdout);
}

describe('a database that cannot be reached', () => {
  it('fails after the given time, with an error that names server, cause and number of attempts', async () => {
    const port = await aFreePort();
    const error = await failure(`postgresql://me:${testSecret()}@127.0.0.1:${port}/usage`, 1_000);
    expect(error).toEqual({
      name: 'DatabaseUnreachableError',
      code: 'DATABASE_UNREACHABLE',
      exitCode: 1,
      message: expect.stringMatching(
        new RegExp(
          `^Postgres at me@127.0.0.1:${port}/usage cannot be reached: connect ECONNREFUSED .* \\(\\d+ attempts in 1 s\\); check`,
        ),
      ) as string,
    });
  });
});
