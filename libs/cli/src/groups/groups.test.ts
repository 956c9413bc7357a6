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

describe('the database settings', () => {
  it('default to a database on this machine', () => {
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
  ])('accept the URL forms of libpq: %s', (DATABASE_URL) => {
    expect(valueOf(databaseSettings, { DATABASE_URL }).url).toBe(DATABASE_URL);
  });

  it.each(['me:1/2@db/usage', 'me:1?2@db/usage', 'me:1#2@db/usage', 'me:1@2@db/usage', 'me:12@db/usage#1'])(
    'explain how to encode a reserved character before the host: %s',
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
  ])('refuse several hosts with an error that says so: %s', (rest) => {
    expect(problemsOf(databaseSettings, { DATABASE_URL: `postgresql://${rest}` })).toEqual([
      expect.stringContaining('it names several hosts, or target_session_attrs'),
    ]);
  });

  it('refuse URL parameters without an effect, and name them', () => {
    const DATABASE_URL = 'postgresql://me@db/usage?pgbouncer=true&connect_timeout=5';
    expect(problemsOf(databaseSettings, { DATABASE_URL })).toEqual([
      expect.stringContaining('leave out pgbouncer, connect_timeout'),
    ]);
  });

  it('treat the password as a secret even if the URL has no host before the path', () => {
    const DATABASE_URL = 'postgresql://me:p%2Fss@/usage?host=/cloudsql/a:b:c';
    expect(secretsOf(databaseSettings, { DATABASE_URL })).toEqual(['p%2Fss', 'p/ss']);
  });

  it('accept a client certificate only with its key and with encryption', () => {
    const [{ privateKey, chain }, other] = [certificateAuthority().issue('me'), certificateAuthority().issue('me')];
    const env = { DATABASE_SSL_CERT_FILE: fileWith(chain), DATABASE_SSL_KEY_FILE: fileWith(privateKey) };
    const mode = { DATABASE_SSL_MODE: 'verify-full' };
    expect(valueOf(databaseSettings, { ...env, ...mode })).toMatchObject({ sslCert: chain, sslKey: privateKey });
    expect(problemsOf(databaseSettings, env)).toEqual([expect.stringContaining('have no effect')]);
    const withOther = { ...env, ...mode, DATABASE_SSL_KEY_FILE: fileWith(other.privateKey) };
    expect(problemsOf(databaseSettings, withOther)).toEqual([expect.stringContaining('is not the key of')]);
  });

  it.each([
    ['ssl=true', 'ssl'],
    ['sslmode=require', 'sslmode'],
    ['password=x', 'password'],
  ])('refuse a URL parameter that duplicates a setting: ?%s', (query, name) => {
    const [problem] = problemsOf(databaseSettings, { DATABASE_URL: `postgresql://me:xyzzy@db/usage?${query}` });
    expect(problem).toContain(`set ${name} by the DATABASE_* settings instead`);
  });

  it('refuse a CA file in a mode that verifies nothing', () => {
    const env = { DATABASE_SSL_CA_FILE: fileWith(certificate) };
    expect(problemsOf(databaseSettings, { ...env, DATABASE_SSL_MODE: 'require' })).toHaveLength(1);
    expect(valueOf(databaseSettings, { ...env, DATABASE_SSL_MODE: 'verify-ca' }).sslCa).toBe(certificate);
  });

  it('refuse a CA file without a certificate', () => {
    const env = { DATABASE_SSL_CA_FILE: fileWith('none'), DATABASE_SSL_MODE: 'verify-full' };
    expect(problemsOf(databaseSettings, env)).toEqual([expect.stringContaining('the file holds no certificate')]);
  });

  it('treat the password as a secret in its encoded and in its decoded form', () => {
    expect(secretsOf(databaseSettings, { DATABASE_URL: 'postgresql://me:p%40ss@db/usage' })).toEqual([
      'p%40ss',
      'p@ss',
    ]);
  });

  it('treat neither the default password nor one equal to the user name as a secret', () => {
    expect(secretsOf(databaseSettings, {})).toEqual([]);
    expect(secretsOf(databaseSettings, { DATABASE_URL: 'postgresql://usage:usage@db/usage' })).toEqual([]);
  });
});

describe('the archive settings', () => {
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
    'accept %s as the address of a storage emulator',
    (host) => {
      expect(valueOf(archiveSettings, { STORAGE_EMULATOR_HOST: host }).emulatorUrl).toBe('http://127.0.0.1:4443');
    },
  );
});

describe('the ingestion settings', () => {
  it('have the measured defaults', () => {
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

  it('accept the sinks in any order', () => {
    expect(valueOf(ingestionSettings, { SINKS: 'archive, totals' }).sinks).toEqual(['totals', 'archive']);
    expect(valueOf(ingestionSettings, { SINKS: 'totals' }).sinks).toEqual(['totals']);
  });

  it.each(['archive', 'totals,totals', 'totals,parquet', ','])('refuse %j as sinks', (SINKS) => {
    expect(problemsOf(ingestionSettings, { SINKS })).toHaveLength(1);
  });

  it.each(['', '1.5', '1e3', '0', ' 1', '0x10', '99999999999999999999'])('refuse a flush after %j events', (text) => {
    // An empty variable counts as unset.
    expect(problemsOf(ingestionSettings, { FLUSH_MAX_EVENTS: text })).toHaveLength(text === '' ? 0 : 1);
  });
});

describe('settings of any group', () => {
  const groups = [databaseSettings, archiveSettings, ingestionSettings, httpSettings, logSettings];

  it('are accepted or refused for any input: reading never throws', () => {
    const variables = groups.flatMap(({ settings }) => settings.map(({ variable }) => variable ?? ''));
    const given = fc.dictionary(fc.constantFrom(...variables), fc.string({ unit: 'binary', maxLength: 30 }));
    fc.assert(
      fc.property(given, (env) => {
        for (const group of groups) expect(() => read<unknown>(group, env)).not.toThrow();
      }),
    );
  });
});
