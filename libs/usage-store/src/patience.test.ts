import { createLogger } from '@antenna/telemetry';
import { Patience } from './patience.ts';

const log = createLogger({ level: 'error', format: 'json', name: 'test' });
const readOnly = Object.assign(new Error('cannot execute INSERT in a read-only transaction'), { code: '25006' });
const duplicate = Object.assign(new Error('duplicate key'), { code: '23505' });

/** An operation that fails the given number of times, then answers. */
function failing(times: number, error = readOnly) {
  let calls = 0;
  const operation = () => {
    calls += 1;
    return calls <= times ? Promise.reject(error) : Promise.resolve('done');
  };
  return { operation, calls: () => calls };
}

describe('an operation that is retried with patience', () => {
  it('is retried after transient failures until it succeeds', async () => {
    const { operation, calls } = failing(2);
    expect(await new Patience({ log }).retry(operation)).toBe('done');
    expect(calls()).toBe(3);
  });

  it('is not retried after a final failure', async () => {
    const { operation, calls } = failing(1, duplicate);
    await expect(new Patience({ log }).retry(operation)).rejects.toBe(duplicate);
    expect(calls()).toBe(1);
  });

  it('fails with an error that says what to do when Postgres fails for longer than the limit', async () => {
    const { operation } = failing(Infinity);
    await expect(new Patience({ log, waitMs: 300 }).retry(operation)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      exitCode: 1,
      message: expect.stringMatching(
        /^Postgres cannot do this now: .*read-only transaction; .* run the command again/,
      ) as string,
      cause: readOnly,
    });
  });

  it('fails with its last error when another service fails for longer than the limit', async () => {
    const archive = new Patience({
      service: 'the archive',
      log,
      waitMs: 300,
      isPassing: (error) => error === duplicate,
    });
    await expect(archive.retry(failing(Infinity, duplicate).operation)).rejects.toBe(duplicate);
  });

  it('is not retried after an earlier operation has reached the limit, until one succeeds', async () => {
    const patience = new Patience({ log, waitMs: 300 });
    await patience.retry(failing(Infinity).operation).catch(() => undefined);
    const next = failing(Infinity);
    await patience.retry(next.operation).catch(() => undefined);
    expect(next.calls()).toBe(1);
    await patience.retry(failing(0).operation);
    const last = failing(1);
    await patience.retry(last.operation);
    expect(last.calls()).toBe(2);
  });
});
