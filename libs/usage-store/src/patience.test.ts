import { createLogger } from '@antenna/telemetry';
import { Patience } from './patience.ts';

const log = createLogger({ level: 'error', format: 'json', name: 'test' });
const readOnly = Object.assign(new Error('cannot execute INSERT in a read-only transaction'), { code: '25006' });
const duplicate = Object.assign(new Error('duplicate key'), { code: '23505' });

/** Fails so many times, then answers. */
function failing(times: number, error = readOnly) {
  let calls = 0;
  const operation = () => {
    calls += 1;
    return calls <= times ? Promise.reject(error) : Promise.resolve('done');
  };
  return { operation, calls: () => calls };
}

describe('an operation on a service that may be away', () => {
  it('is repeated until it goes well', async () => {
    const { operation, calls } = failing(2);
    expect(await new Patience({ log }).retry(operation)).toBe('done');
    expect(calls()).toBe(3);
  });

  it('is not repeated when its failure does not pass', async () => {
    const { operation, calls } = failing(1, duplicate);
    await expect(new Patience({ log }).retry(operation)).rejects.toBe(duplicate);
    expect(calls()).toBe(1);
  });

  it('ends with a sentence once Postgres has failed for too long', async () => {
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

  it('ends with its last error once another service has failed for too long', async () => {
    const archive = new Patience({
      service: 'the archive',
      log,
      waitMs: 300,
      isPassing: (error) => error === duplicate,
    });
    await expect(archive.retry(failing(Infinity, duplicate).operation)).rejects.toBe(duplicate);
  });

  it('is not waited for when an earlier one has waited in vain, until one goes well', async () => {
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
