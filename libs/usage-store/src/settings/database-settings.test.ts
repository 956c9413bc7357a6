import { certificateAuthority, fileWith, settingProblems, settingSecrets, settingsIn } from '@antenna/test-kit';
import { databaseSettings } from './database-settings.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n';

describe('the database settings', () => {
  it('default to a database on this machine', () => {
    expect(settingsIn(databaseSettings)).toEqual({
      url: 'postgresql://postgres:postgres@127.0.0.1:5432/postgres',
      sslMode: 'disable',
    });
  });

  it.each([
    'postgresql:///usage?host=/var/run/postgresql',
    'postgresql://me@/usage?host=/var/run/postgresql&port=5433',
    'postgresql://me:pw@/usage?host=/cloudsql/project:region:instance',
    'postgresql://me:pw@%2Fvar%2Frun%2Fpostgresql/usage',
    'postgres://speed-layer%40example-project.iam@[::1]:5432/usage?options=-c%20work_mem%3D8MB',
  ])('accept the URL forms of libpq: %s', (DATABASE_URL) => {
    expect(settingsIn(databaseSettings, { DATABASE_URL }).url).toBe(DATABASE_URL);
  });

  it.each(['me:1/2@db/usage', 'me:1?2@db/usage', 'me:1#2@db/usage', 'me:1@2@db/usage', 'me:12@db/usage#1'])(
    'explain how to encode a reserved character before the host: %s',
    (rest) => {
      expect(settingProblems(databaseSettings, { DATABASE_URL: `postgresql://${rest}` })).toEqual([
        expect.stringContaining('have to be percent-encoded: %40 %2F %3F %23'),
      ]);
    },
  );

  it.each([
    'me@one,two/usage',
    'me@one:5432,two:5433/usage?target_session_attrs=read-write',
    'me@/usage?host=one,two',
    'me@one/usage?target_session_attrs=primary',
  ])('refuse several hosts with an error that says so: %s', (rest) => {
    expect(settingProblems(databaseSettings, { DATABASE_URL: `postgresql://${rest}` })).toEqual([
      expect.stringContaining('it names several hosts, or target_session_attrs'),
    ]);
  });

  it('refuse URL parameters without an effect, and name them', () => {
    const DATABASE_URL = 'postgresql://me@db/usage?pgbouncer=true&connect_timeout=5';
    expect(settingProblems(databaseSettings, { DATABASE_URL })).toEqual([
      expect.stringContaining('leave out pgbouncer, connect_timeout'),
    ]);
  });

  it('treat the password as a secret even if the URL has no host before the path', () => {
    const DATABASE_URL = 'postgresql://me:p%2Fss@/usage?host=/cloudsql/a:b:c';
    expect(settingSecrets(databaseSettings, { DATABASE_URL })).toEqual(['p%2Fss', 'p/ss']);
  });

  it('accept a client certificate only with its key and with encryption', () => {
    const [{ privateKey, chain }, other] = [certificateAuthority().issue('me'), certificateAuthority().issue('me')];
    const env = { DATABASE_SSL_CERT_FILE: fileWith(chain), DATABASE_SSL_KEY_FILE: fileWith(privateKey) };
    const mode = { DATABASE_SSL_MODE: 'verify-full' };
    expect(settingsIn(databaseSettings, { ...env, ...mode })).toMatchObject({ sslCert: chain, sslKey: privateKey });
    expect(settingProblems(databaseSettings, env)).toEqual([expect.stringContaining('have no effect')]);
    const withOther = { ...env, ...mode, DATABASE_SSL_KEY_FILE: fileWith(other.privateKey) };
    expect(settingProblems(databaseSettings, withOther)).toEqual([expect.stringContaining('is not the key of')]);
  });

  it.each([
    ['ssl=true', 'ssl'],
    ['sslmode=require', 'sslmode'],
    ['password=x', 'password'],
  ])('refuse a URL parameter that duplicates a setting: ?%s', (query, name) => {
    const [problem] = settingProblems(databaseSettings, { DATABASE_URL: `postgresql://me:xyzzy@db/usage?${query}` });
    expect(problem).toContain(`set ${name} by the DATABASE_* settings instead`);
  });

  it('refuse a CA file in a mode that verifies nothing', () => {
    const env = { DATABASE_SSL_CA_FILE: fileWith(certificate) };
    expect(settingProblems(databaseSettings, { ...env, DATABASE_SSL_MODE: 'require' })).toHaveLength(1);
    expect(settingsIn(databaseSettings, { ...env, DATABASE_SSL_MODE: 'verify-ca' }).sslCa).toBe(certificate);
  });

  it('refuse a CA file without a certificate', () => {
    const env = { DATABASE_SSL_CA_FILE: fileWith('none'), DATABASE_SSL_MODE: 'verify-full' };
    expect(settingProblems(databaseSettings, env)).toEqual([expect.stringContaining('the file holds no certificate')]);
  });

  it('treat the password as a secret in its encoded and in its decoded form', () => {
    expect(settingSecrets(databaseSettings, { DATABASE_URL: 'postgresql://me:p%40ss@db/usage' })).toEqual([
      'p%40ss',
      'p@ss',
    ]);
  });

  it('treat neither the default password nor one equal to the user name as a secret', () => {
    expect(settingSecrets(databaseSettings, {})).toEqual([]);
    expect(settingSecrets(databaseSettings, { DATABASE_URL: 'postgresql://usage:usage@db/usage' })).toEqual([]);
  });

  it.each([
    'postgresql://me:hunter2@db:port/usage',
    'postgresql://me:hunter2@db:5432',
    'postgresql://me:hunter2@db/usage?sslmode=require&password=hunter2',
    'mysql://me:hunter2@db/usage',
    'me:hunter2@db/usage',
    'postgresql://me:hunter2%@db/usage',
    'postgresql://me:12/hunter2@db/usage',
    'postgresql://me:12#hunter2@db/usage',
    'postgresql://me:12?hunter2@db/usage',
    'postgresql://me:12@hunter2@db/usage',
    'postgresql://me:hunter2/12@db/usage',
    'postgresql://me:hunter2#12@db/usage',
    'postgresql://me:hunter2@one:5432,two:5432/usage',
    'postgresql://me:hunter2@db',
  ])('refuse the URL %s without showing it, since its password may be anywhere in it', (DATABASE_URL) => {
    const problems = settingProblems(databaseSettings, { DATABASE_URL });
    expect(problems).toEqual([expect.stringContaining('DATABASE_URL: given "(not shown)"')]);
    expect(problems.join()).not.toContain('hunter2');
  });
});
