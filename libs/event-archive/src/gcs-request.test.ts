import { setImmediate as turn } from 'node:timers/promises';
import { proxyFor, withDeadline } from './gcs-request.ts';

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

const url = new URL('https://storage.googleapis.com/storage/v1/b');

describe('the proxy of a request to a bucket', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])('is taken from %s', (name) => {
    expect(proxyFor(url, { [name]: 'http://proxy:3128' })).toBe('http://proxy:3128');
  });

  it('is none when no variable is set', () => {
    expect(proxyFor(url, { HTTPS_PROXY: '' })).toBeUndefined();
  });

  it.each([
    'storage.googleapis.com',
    '.googleapis.com',
    'localhost, *.googleapis.com',
    'https://storage.googleapis.com',
  ])('is none when NO_PROXY is %s', (exceptions) => {
    expect(proxyFor(url, { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: exceptions })).toBeUndefined();
  });

  it('is used when NO_PROXY names other hosts', () => {
    expect(proxyFor(url, { HTTPS_PROXY: 'http://proxy', no_proxy: 'googleapis.com,localhost' })).toBe('http://proxy');
  });
});
