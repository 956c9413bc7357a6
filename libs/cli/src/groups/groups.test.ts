import { certificateAuthority } from '@antenna/test-kit';
import fc from 'fast-check';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { variableOf } from '../command-line.ts';
import type { SettingsGroup } from '../settings-group.ts';
import { archiveSettings } from './archive.ts';
import { databaseSettings } from './database.ts';
import { httpSettings } from './http.ts';
import { ingestionSettings } from './ingestion.ts';
import { kafkaSettings } from './kafka.ts';
import { logSettings } from './log.ts';

type Environment = Record<string, string>;

function read<T>(group: SettingsGroup<T>, env: Environment) {
  return group.read((setting) => variableOf(setting, env));
}

function valueOf<T>(group: SettingsGroup<T>, env: Environment = {}): T {
  const reading = read(group, env);
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  return reading.value;
}

function problemsOf(group: SettingsGroup<unknown>, env: Environment): readonly string[] {
  const reading = read(group, env);
  return reading.ok ? [] : reading.problems;
}

function secretsOf(group: SettingsGroup<unknown>, env: Environment): readonly string[] {
  const reading = read(group, env);
  return reading.ok ? reading.secrets : [];
}

function fileWith(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'settings-')), 'file');
  writeFileSync(path, content);
  return path;
}

const certificate = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n';

describe('the settings of the database', () => {
  it('are those of a database on this machine unless given', () => {
    expect(valueOf(databaseSettings)).toEqual({
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
  ])('take what libpq takes: %s', (DATABASE_URL) => {
    expect(valueOf(databaseSettings, { DATABASE_URL }).url).toBe(DATABASE_URL);
  });

  it.each(['me:1/2@db/usage', 'me:1?2@db/usage', 'me:1#2@db/usage', 'me:1@2@db/usage', 'me:12@db/usage#1'])(
    'say how a sign is encoded that would end a part of the URL: %s',
    (rest) => {
      expect(problemsOf(databaseSettings, { DATABASE_URL: `postgresql://${rest}` })).toEqual([
        expect.stringContaining('have to be percent-encoded: %40 %2F %3F %23'),
      ]);
    },
  );

  it.each([
    'me@one,two/usage',
    'me@one:5432,two:5433/usage?target_session_attrs=read-write',
    'me@/usage?host=one,two',
    'me@one/usage?target_session_attrs=primary',
  ])('name one host, and say so of several: %s', (rest) => {
    expect(problemsOf(databaseSettings, { DATABASE_URL: `postgresql://${rest}` })).toEqual([
      expect.stringContaining('it names several hosts, or target_session_attrs'),
    ]);
  });

  it('refuse parameters that would have no effect, by their names', () => {
    const DATABASE_URL = 'postgresql://me@db/usage?pgbouncer=true&connect_timeout=5';
    expect(problemsOf(databaseSettings, { DATABASE_URL })).toEqual([
      expect.stringContaining('leave out pgbouncer, connect_timeout'),
    ]);
  });

  it('name the password as a secret also where the URL has no host before the path', () => {
    const DATABASE_URL = 'postgresql://me:p%2Fss@/usage?host=/cloudsql/a:b:c';
    expect(secretsOf(databaseSettings, { DATABASE_URL })).toEqual(['p%2Fss', 'p/ss']);
  });

  it('take a certificate of our own with its key, where it is shown to a server', () => {
    const [{ privateKey, chain }, other] = [certificateAuthority().issue('me'), certificateAuthority().issue('me')];
    const env = { DATABASE_SSL_CERT_FILE: fileWith(chain), DATABASE_SSL_KEY_FILE: fileWith(privateKey) };
    const mode = { DATABASE_SSL_MODE: 'verify-full' };
    expect(valueOf(databaseSettings, { ...env, ...mode })).toMatchObject({ sslCert: chain, sslKey: privateKey });
    expect(problemsOf(databaseSettings, env)).toEqual([expect.stringContaining('shown to no server')]);
    const withOther = { ...env, ...mode, DATABASE_SSL_KEY_FILE: fileWith(other.privateKey) };
    expect(problemsOf(databaseSettings, withOther)).toEqual([expect.stringContaining('is not the key of')]);
  });

  it.each([
    ['ssl=true', 'ssl'],
    ['sslmode=require', 'sslmode'],
    ['password=x', 'password'],
  ])('have one place for each thing: ?%s is refused', (query, name) => {
    const [problem] = problemsOf(databaseSettings, { DATABASE_URL: `postgresql://me:xyzzy@db/usage?${query}` });
    expect(problem).toContain(`set ${name} by the DATABASE_* settings instead`);
  });

  it('refuse certificates that would verify nothing', () => {
    const env = { DATABASE_SSL_CA_FILE: fileWith(certificate) };
    expect(problemsOf(databaseSettings, { ...env, DATABASE_SSL_MODE: 'require' })).toHaveLength(1);
    expect(valueOf(databaseSettings, { ...env, DATABASE_SSL_MODE: 'verify-ca' }).sslCa).toBe(certificate);
  });

  it('refuse a file of certificates without one', () => {
    const env = { DATABASE_SSL_CA_FILE: fileWith('none'), DATABASE_SSL_MODE: 'verify-full' };
    expect(problemsOf(databaseSettings, env)).toEqual([expect.stringContaining('the file holds no certificate')]);
  });

  it('name the password as a secret, as it is written and as it is meant', () => {
    expect(secretsOf(databaseSettings, { DATABASE_URL: 'postgresql://me:p%40ss@db/usage' })).toEqual([
      'p%40ss',
      'p@ss',
    ]);
  });

  it('name no secret that everybody knows: the default, and a password that equals the name', () => {
    expect(secretsOf(databaseSettings, {})).toEqual([]);
    expect(secretsOf(databaseSettings, { DATABASE_URL: 'postgresql://usage:usage@db/usage' })).toEqual([]);
  });
});

describe('the settings of Kafka', () => {
  it('are those of a broker on this machine unless given', () => {
    expect(valueOf(kafkaSettings)).toEqual({
      brokers: ['127.0.0.1:9092'],
      topic: 'devices',
      groupId: 'speed-layer',
      ssl: false,
      sasl: undefined,
    });
  });

  it('take several brokers', () => {
    const { brokers } = valueOf(kafkaSettings, { KAFKA_BROKERS: 'kafka-0.kafka:9092, [::1]:9093' });
    expect(brokers).toEqual(['kafka-0.kafka:9092', '[::1]:9093']);
  });

  it.each(['kafka', 'kafka:', 'kafka:0', 'kafka:65536', ':9092', 'a:1,,b:2', 'kafka://a:1'])(
    'refuse %j as brokers',
    (KAFKA_BROKERS) => {
      expect(problemsOf(kafkaSettings, { KAFKA_BROKERS })).toHaveLength(1);
    },
  );

  it('log in with a mechanism, a name and a password from a file', () => {
    const env = {
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD_FILE: fileWith('pw\n'),
    };
    expect(valueOf(kafkaSettings, env).sasl).toEqual({ mechanism: 'scram-sha-512', username: 'me', password: 'pw' });
    expect(secretsOf(kafkaSettings, env)).toEqual(['pw']);
  });

  it('want all of a login or nothing', () => {
    expect(problemsOf(kafkaSettings, { KAFKA_SASL_MECHANISM: 'plain' })).toEqual([
      'KAFKA_SASL_USERNAME: missing; KAFKA_SASL_MECHANISM wants it',
      'KAFKA_SASL_PASSWORD_FILE: missing; KAFKA_SASL_MECHANISM wants it',
    ]);
    expect(problemsOf(kafkaSettings, { KAFKA_SASL_PASSWORD_FILE: fileWith('pw') })).toEqual([
      'KAFKA_SASL_MECHANISM: missing; KAFKA_SASL_PASSWORD_FILE is given',
    ]);
  });

  it('refuse certificates without encryption', () => {
    const KAFKA_SSL_CA_FILE = fileWith(certificate);
    expect(problemsOf(kafkaSettings, { KAFKA_SSL_CA_FILE })).toHaveLength(1);
    expect(valueOf(kafkaSettings, { KAFKA_SSL_CA_FILE, KAFKA_SSL: 'true' }).ssl).toEqual({ ca: certificate });
  });

  it('show a certificate of the client, with its key, to a broker that encrypts', () => {
    const [one, other] = [certificateAuthority().issue('client'), certificateAuthority().issue('client')];
    const [cert, key] = [fileWith(one.chain), fileWith(one.privateKey)];
    const env = { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key };
    expect(valueOf(kafkaSettings, env).ssl).toEqual({ ca: undefined, cert: one.chain, key: one.privateKey });
    expect(secretsOf(kafkaSettings, env)).toEqual([one.privateKey]);
    const problems = [
      { KAFKA_SSL: 'false' },
      { KAFKA_SSL_KEY_FILE: '' },
      { KAFKA_SSL_CERT_FILE: '' },
      { KAFKA_SSL_KEY_FILE: fileWith(other.privateKey) },
      { KAFKA_SSL_KEY_FILE: fileWith('no key') },
    ].map((change) =>
      problemsOf(kafkaSettings, { ...env, ...change }).map((problem) => problem.replace(/given ".*" /, '')),
    );
    expect(problems).toEqual([
      ['KAFKA_SSL_CERT_FILE, KAFKA_SSL_KEY_FILE: shown to nobody unless KAFKA_SSL is true'],
      ['KAFKA_SSL_KEY_FILE: missing; KAFKA_SSL_CERT_FILE is given'],
      ['KAFKA_SSL_CERT_FILE: missing; KAFKA_SSL_KEY_FILE is given'],
      ['KAFKA_SSL_KEY_FILE: is not the key of the certificate in KAFKA_SSL_CERT_FILE'],
      [expect.stringMatching(/^KAFKA_SSL_KEY_FILE: \(the file holds no such key\); allowed: .*without a passphrase$/)],
    ]);
  });

  it('take tokens from a token endpoint', () => {
    const env = {
      KAFKA_SASL_MECHANISM: 'oauthbearer',
      KAFKA_OAUTH_PROVIDER: 'client-credentials',
      KAFKA_OAUTH_TOKEN_URL: 'https://login.example/token',
      KAFKA_OAUTH_CLIENT_ID: 'me',
      KAFKA_OAUTH_CLIENT_SECRET_FILE: fileWith('s3cret\n'),
      KAFKA_OAUTH_EXTENSIONS: 'logicalCluster=lkc-1, identityPoolId=pool-2',
    };
    expect(valueOf(kafkaSettings, env).sasl).toEqual({
      mechanism: 'oauthbearer',
      tokens: {
        provider: 'client-credentials',
        tokenUrl: 'https://login.example/token',
        clientId: 'me',
        clientSecret: 's3cret',
        scope: undefined,
        audience: undefined,
      },
      extensions: { logicalCluster: 'lkc-1', identityPoolId: 'pool-2' },
    });
    expect(secretsOf(kafkaSettings, env)).toEqual(['s3cret']);
  });

  it("take tokens from Google's credentials, of which nothing else is to be set", () => {
    const env = { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_OAUTH_PROVIDER: 'google' };
    expect(valueOf(kafkaSettings, env).sasl).toEqual({
      mechanism: 'oauthbearer',
      tokens: { provider: 'google' },
      extensions: {},
    });
    expect(problemsOf(kafkaSettings, { ...env, KAFKA_OAUTH_CLIENT_ID: 'me' })).toEqual([
      'KAFKA_OAUTH_CLIENT_ID: of no use with KAFKA_OAUTH_PROVIDER=google',
    ]);
  });

  it.each([
    [{ KAFKA_SASL_MECHANISM: 'oauthbearer' }, ['KAFKA_OAUTH_PROVIDER: missing; KAFKA_SASL_MECHANISM wants it']],
    [{ KAFKA_OAUTH_PROVIDER: 'google' }, ['KAFKA_SASL_MECHANISM: missing; KAFKA_OAUTH_PROVIDER is given']],
    [
      { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_OAUTH_PROVIDER: 'google', KAFKA_SASL_USERNAME: 'me' },
      ['KAFKA_SASL_USERNAME: of no use with KAFKA_SASL_MECHANISM=oauthbearer'],
    ],
    [
      { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_OAUTH_PROVIDER: 'client-credentials' },
      [
        'KAFKA_OAUTH_TOKEN_URL: missing; KAFKA_OAUTH_PROVIDER wants it',
        'KAFKA_OAUTH_CLIENT_ID: missing; KAFKA_OAUTH_PROVIDER wants it',
        'KAFKA_OAUTH_CLIENT_SECRET_FILE: missing; KAFKA_OAUTH_PROVIDER wants it',
      ],
    ],
  ])('refuse half a login by tokens: %j', (env, problems) => {
    expect(problemsOf(kafkaSettings, env)).toEqual(problems);
  });

  it('show nothing of a token URL that holds a password', () => {
    const KAFKA_OAUTH_TOKEN_URL = 'https://me:s3cret@login.example/token';
    expect(problemsOf(kafkaSettings, { KAFKA_OAUTH_TOKEN_URL }).join()).not.toContain('s3cret');
  });
});

describe('the settings of the archive', () => {
  it.each([
    ['file:.local/archive', `${process.cwd()}/.local/archive`],
    ['file:/data/archive/', '/data/archive'],
    ['file:///data/archive', '/data/archive'],
  ])('read %s as a folder', (ARCHIVE_URL, path) => {
    const { location, url } = valueOf(archiveSettings, { ARCHIVE_URL });
    expect(location).toEqual({ kind: 'file', path });
    expect(url).toBe(`file://${path}`);
  });

  it.each([
    ['gs://usage', '', 'gs://usage'],
    ['gs://usage/', '', 'gs://usage'],
    ['gs://usage/a/b/', 'a/b', 'gs://usage/a/b'],
  ])('read %s as a bucket', (ARCHIVE_URL, prefix, canonical) => {
    const { location, url } = valueOf(archiveSettings, { ARCHIVE_URL });
    expect(location).toEqual({ kind: 'gs', bucket: 'usage', prefix });
    expect(url).toBe(canonical);
  });

  it.each([
    's3://usage',
    'gs://',
    'gs://U',
    'gs://usage//a',
    'gs://usage/../a',
    'gs://usage/a*',
    'file:',
    'file://host/a',
    'x',
  ])('refuse %s', (ARCHIVE_URL) => {
    expect(problemsOf(archiveSettings, { ARCHIVE_URL })).toEqual([
      expect.stringContaining(JSON.stringify(ARCHIVE_URL)),
    ]);
  });

  it.each(['127.0.0.1:4443', 'http://127.0.0.1:4443', 'http://127.0.0.1:4443/'])(
    'take %s for the bucket server',
    (host) => {
      expect(valueOf(archiveSettings, { STORAGE_EMULATOR_HOST: host }).emulatorUrl).toBe('http://127.0.0.1:4443');
    },
  );
});

describe('the settings of the ingestion', () => {
  it('have the defaults that were measured', () => {
    expect(valueOf(ingestionSettings)).toEqual({
      sinks: ['totals', 'archive'],
      flushIntervalMs: 500,
      flushMaxEvents: 500_000,
      deadLettersWhole: 1_000,
      archiveRollRows: 1_000_000,
      archiveRollIntervalMs: 300_000,
      allowedLatenessMs: 60_000,
    });
  });

  it('take the sinks in any order', () => {
    expect(valueOf(ingestionSettings, { SINKS: 'archive, totals' }).sinks).toEqual(['totals', 'archive']);
    expect(valueOf(ingestionSettings, { SINKS: 'totals' }).sinks).toEqual(['totals']);
  });

  it.each(['archive', 'totals,totals', 'totals,parquet', ','])('refuse %j as sinks', (SINKS) => {
    expect(problemsOf(ingestionSettings, { SINKS })).toHaveLength(1);
  });

  it.each(['', '1.5', '1e3', '0', ' 1', '0x10', '99999999999999999999'])('refuse a flush after %j events', (text) => {
    // An empty variable is one that is not given.
    expect(problemsOf(ingestionSettings, { FLUSH_MAX_EVENTS: text })).toHaveLength(text === '' ? 0 : 1);
  });
});

describe('any settings', () => {
  const groups = [databaseSettings, kafkaSettings, archiveSettings, ingestionSettings, httpSettings, logSettings];

  it('are read or refused, whatever was given: reading never throws', () => {
    const variables = groups.flatMap(({ settings }) => settings.map(({ variable }) => variable ?? ''));
    const given = fc.dictionary(fc.constantFrom(...variables), fc.string({ unit: 'binary', maxLength: 30 }));
    fc.assert(
      fc.property(given, (env) => {
        for (const group of groups) expect(() => read<unknown>(group, env)).not.toThrow();
      }),
    );
  });
});
