import { setImmediate as turn } from 'node:timers/promises';
import { withDeadline } from './deadline.ts';

describe('an operation with a deadline', () => {
  it('gives its result', async () => {
    expect(await withDeadline(60_000, () => Promise.resolve('done'))).toBe('done');
  });

  it('fails as it fails', async () => {
    await expect(withDeadline(60_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('is given up, and told so, when it takes longer', async () => {
    let isTold = false;
    const never = withDeadline(1, (signal) => {
      signal.addEventListener('abort', () => (isTold = true));
      return new Promise<never>(() => undefined);
    });
    await expect(never).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(isTold).toBe(true);
  });

  it('may fail after it was given up', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    await expect(withDeadline(1, () => promise)).rejects.toMatchObject({ name: 'TimeoutError' });
    reject(new Error('too late to be heard'));
    await turn();
  });
});
