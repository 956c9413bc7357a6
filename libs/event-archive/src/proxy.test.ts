import { proxyFor } from './proxy.ts';

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
