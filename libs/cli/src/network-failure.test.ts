import { isNetworkFailure, tlsFailureOf } from './network-failure.ts';

function systemError(syscall: string, code: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { syscall, code });
}

describe('a network failure', () => {
  it.each([
    ['a port without a server', systemError('connect', 'ECONNREFUSED')],
    ['a server that ends during a read', systemError('read', 'ECONNRESET')],
    ['a server that has ended before a write', systemError('write', 'EPIPE')],
    ['a host that is down', systemError('connect', 'EHOSTUNREACH')],
    ['a name server that is down', systemError('getaddrinfo', 'EAI_AGAIN')],
    ['a name without an address', systemError('getaddrinfo', 'ENOTFOUND')],
    ['a Unix socket that does not exist yet', systemError('connect', 'ENOENT')],
    ['a process with too many open files', systemError('connect', 'EMFILE')],
    [
      'a host of which no address answers',
      new AggregateError([systemError('connect', 'ECONNREFUSED'), systemError('connect', 'ENETUNREACH')]),
    ],
  ])('is %s', (_what, error) => {
    expect(isNetworkFailure(error)).toBe(true);
  });

  it.each([
    ['a file that is missing', systemError('open', 'ENOENT')],
    ['a name that is too long', systemError('open', 'ENAMETOOLONG')],
    ['a full disk', systemError('write', 'ENOSPC')],
    ['a broken disk', systemError('read', 'EIO')],
    ['a socket without permission', systemError('connect', 'EACCES')],
    ['an untrusted certificate', Object.assign(new Error(), { code: 'CERT_HAS_EXPIRED' })],
    ['a bug', new TypeError('x is not a function')],
    ['a value that is no error', 'ECONNRESET'],
  ])('is not %s', (_what, error) => {
    expect(isNetworkFailure(error)).toBe(false);
  });
});

describe('a certificate that the client rejects', () => {
  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted'],
    ['CERT_HAS_EXPIRED', 'expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'other-host'],
  ])('is recognised by the error code %s', (code, failure) => {
    expect(tlsFailureOf(code)).toBe(failure);
  });

  it('is not recognised in a refused or lost connection', () => {
    expect(['ECONNREFUSED', 'ECONNRESET', undefined, 28000].map(tlsFailureOf)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
