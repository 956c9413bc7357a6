import { setImmediate as turn } from 'node:timers/promises';
import { withDeadline } from './deadline.ts';

describe('an operation with a deadline', () => {
  it('returns its result', async () => {
    expect(await withDeadline(60_000, () => Promise.resolve('done'))).toBe('done');
  });

  it('rejects with its own error', async () => {
    await expect(withDeadline(60_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('rejects with a time-out and aborts its signal when it takes longer', async () => {
    let isTold = false;
    const never = withDeadline(1, (signal) => {
      signal.addEventListener('abort', () => (isTold = true));
      return new Promise<never>(() => undefined);
    });
    await expect(never).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(isTold).toBe(true);
  });

  it('may reject after its deadline without an unhandled rejection', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    await expect(withDeadline(1, () => promise)).rejects.toMatchObject({ name: 'TimeoutError' });
    reject(new Error('too late to be heard'));
    await turn();
  });
});
