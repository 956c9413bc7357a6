import { driverOptions, serverOf } from './driver-options.ts';

const url = 'postgresql://me:first@db.example:6432/usage';
const ssl = (connection: Parameters<typeof driverOptions>[0]) => driverOptions(connection, 'test').ssl;

describe('what the driver is given', () => {
  it('is the password of the file before the one of the URL, whatever is in it', () => {
    const options = driverOptions({ url, password: 'p@ss/w?rd &ñ' }, 'test');
    expect(options).toMatchObject({ user: 'me', password: 'p@ss/w?rd &ñ', host: 'db.example', port: 6432 });
    expect(options).toMatchObject({ database: 'usage', application_name: 'test' });
  });

  it.each([
    ['postgresql:///usage?host=/run/pg', { host: '/run/pg', port: 5432, database: 'usage' }],
    [
      'postgresql://me:p%2Fw@/usage?host=/cloudsql/project:region:instance',
      { user: 'me', password: 'p/w', host: '/cloudsql/project:region:instance', database: 'usage' },
    ],
    ['postgresql://me@%2Frun%2Fpg/usage', { user: 'me', host: '/run/pg', database: 'usage' }],
    ['postgresql://me@[::1]:6432/usage?options=-c%20work_mem%3D8MB', { host: '::1', options: '-c work_mem=8MB' }],
  ])('is what libpq reads in %s', (libpqUrl, expected) => {
    expect(driverOptions({ url: libpqUrl }, 'test')).toMatchObject(expected);
  });

  it('is the password of a file for a Unix socket too', () => {
    const options = driverOptions({ url: 'postgresql://me@/usage?host=/run/pg', password: 'pw' }, 'test');
    expect(options).toMatchObject({ user: 'me', password: 'pw', host: '/run/pg' });
  });

  it('is not to encrypt, unless that is wanted', () => {
    expect(ssl({ url })).toBe(false);
  });

  it.each([
    ['require', { rejectUnauthorized: false }],
    ['verify-ca', { rejectUnauthorized: true, ca: 'PEM', checkServerIdentity: expect.any(Function) as unknown }],
    ['verify-full', { rejectUnauthorized: true, ca: 'PEM' }],
  ] as const)('is to verify as much as %s says', (sslMode, expected) => {
    expect(ssl({ url, sslMode, sslCa: 'PEM' })).toEqual(expected);
  });
});

describe('what may be shown of a connection', () => {
  it('is who, where and what, but never the password', () => {
    expect(serverOf({ url, password: 'second' })).toBe('me@db.example:6432/usage');
    expect(serverOf({ url: 'postgresql://me:first@db/usage' })).toBe('me@db:5432/usage');
    expect(serverOf({ url: 'postgresql://me:first@/usage?host=/run/pg' })).toBe('me@/run/pg:5432/usage');
  });
});
