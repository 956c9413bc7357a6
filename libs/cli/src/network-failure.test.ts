import { isNetworkFailure } from './network-failure.ts';

function systemError(syscall: string, code: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { syscall, code });
}

describe('a failure of the network', () => {
  it.each([
    ['a port at which no server listens', systemError('connect', 'ECONNREFUSED')],
    ['a server that ends', systemError('read', 'ECONNRESET')],
    ['a server that has ended', systemError('write', 'EPIPE')],
    ['a host that is off', systemError('connect', 'EHOSTUNREACH')],
    ['a name server that is away', systemError('getaddrinfo', 'EAI_AGAIN')],
    ['a name without an address', systemError('getaddrinfo', 'ENOTFOUND')],
    ['a Unix socket that its server has not made yet', systemError('connect', 'ENOENT')],
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
    ['a socket that we may not use', systemError('connect', 'EACCES')],
    ['a certificate that is not believed', Object.assign(new Error(), { code: 'CERT_HAS_EXPIRED' })],
    ['a bug', new TypeError('x is not a function')],
    ['what is no error', 'ECONNRESET'],
  ])('is not %s', (_what, error) => {
    expect(isNetworkFailure(error)).toBe(false);
  });
});
