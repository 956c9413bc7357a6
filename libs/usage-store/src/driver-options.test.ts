import { driverOptions, serverOf } from './driver-options.ts';

const url = 'postgresql://me:first@db.example:6432/usage';
const ssl = (connection: Parameters<typeof driverOptions>[0]) => driverOptions(connection, 'test').ssl;

describe('the options of the driver', () => {
  it('have the password of the file, with any characters, rather than that of the URL', () => {
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
  ])('match what libpq reads from %s', (libpqUrl, expected) => {
    expect(driverOptions({ url: libpqUrl }, 'test')).toMatchObject(expected);
  });

  it('have the password of the file for a Unix socket, too', () => {
    const options = driverOptions({ url: 'postgresql://me@/usage?host=/run/pg', password: 'pw' }, 'test');
    expect(options).toMatchObject({ user: 'me', password: 'pw', host: '/run/pg' });
  });

  it('do not encrypt by default', () => {
    expect(ssl({ url })).toBe(false);
  });

  it.each([
    ['require', { rejectUnauthorized: false }],
    ['verify-ca', { rejectUnauthorized: true, ca: 'PEM', checkServerIdentity: expect.any(Function) as unknown }],
    ['verify-full', { rejectUnauthorized: true, ca: 'PEM' }],
  ] as const)('verify the certificate as far as sslMode %s requires', (sslMode, expected) => {
    expect(ssl({ url, sslMode, sslCa: 'PEM' })).toEqual(expected);
  });
});

describe('the text form of a connection', () => {
  it('has user, server and database, but never the password', () => {
    expect(serverOf({ url, password: 'second' })).toBe('me@db.example:6432/usage');
    expect(serverOf({ url: 'postgresql://me:first@db/usage' })).toBe('me@db:5432/usage');
    expect(serverOf({ url: 'postgresql://me:first@/usage?host=/run/pg' })).toBe('me@/run/pg:5432/usage');
  });
});
