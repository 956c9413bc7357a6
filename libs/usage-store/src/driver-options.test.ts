import { driverOptions, serverOf } from './driver-options.ts';

const url = 'postgresql://me:first@db.example:6432/usage';
const ssl = (connection: Parameters<typeof driverOptions>[0]) => driverOptions(connection, 'test').ssl;

describe('what the driver is told', () => {
  it('is the password of the file before the one of the URL, whatever is in it', () => {
    const { connectionString } = driverOptions({ url, password: 'p@ss/w?rd &ñ' }, 'test');
    expect(new URL(connectionString ?? '').searchParams.get('password')).toBe('p@ss/w?rd &ñ');
  });

  it('is the password of a Unix socket too, whose URL has no place for it', () => {
    const { connectionString } = driverOptions({ url: 'postgresql:///usage?host=/run/pg', password: 'pw' }, 'test');
    const { searchParams } = new URL(connectionString ?? '');
    expect([searchParams.get('host'), searchParams.get('password')]).toEqual(['/run/pg', 'pw']);
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

describe('what may be told of a connection', () => {
  it('is who, where and what, but never the password', () => {
    expect(serverOf({ url, password: 'second' })).toBe('me@db.example:6432/usage');
    expect(serverOf({ url: 'postgresql://me:first@db/usage' })).toBe('me@db:5432/usage');
    expect(serverOf({ url: 'postgresql:///usage?host=/run/pg' })).toContain('/run/pg');
  });
});
