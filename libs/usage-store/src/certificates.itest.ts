import { type Certificate, checkChain, parseCertificate, type StoredCertificate } from '@antenna/hourly-batch';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import type { Knex } from 'knex';
import { PostgresCertificateStore } from './certificate-store.ts';
import { PostgresExplanationStore } from './explanation-store.ts';
import { PostgresHourStore } from './hour-store.ts';
import { anHourResult, ArchivedHour, HOUR, totalsOf } from './testing/an-archived-hour.ts';
import { collected, STREAM, TestStore } from './testing/test-store.ts';

let test: TestStore;
let database: Knex;
let store: PostgresHourStore;
let hour: ArchivedHour;
let certificates: PostgresCertificateStore;

beforeEach(async () => {
  test = await TestStore.open(8);
  database = test.database;
  const options = { archiveUrl: STREAM.archiveUrl, previewedUsers: 1, program: 'batch-layer 1.2.3' };
  store = new PostgresHourStore(database, options);
  hour = new ArchivedHour(test.worker(), store);
  certificates = new PostgresCertificateStore(database);
});

afterEach(() => test.close());

const all = (): Promise<readonly StoredCertificate[]> => collected(certificates.all());

async function certificateOfHour(): Promise<Certificate> {
  return parseCertificate((await certificates.ofHour(HOUR))?.content ?? '');
}

const chainProblems = async () => (await checkChain(certificates.all(), await certificates.head())).problems;

/** Runs statements that the triggers refuse, as the owner of the tables can. */
async function tamper(statements: string): Promise<void> {
  await database.raw(`SET session_replication_role = replica; ${statements}; SET session_replication_role = origin`);
}

describe('canonical JSON in Postgres', () => {
  const text = fc.string({ unit: 'binary' }).filter((each) => !each.includes('\0'));
  const key = fc.string({ unit: 'grapheme-ascii' });
  const integer = fc.maxSafeInteger();
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(text, integer, fc.boolean(), fc.constant(null)),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(key, tie('json'), { maxKeys: 4 }),
    ),
  }));

  it('equals the output of an independent implementation of RFC 8785', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(json, { minLength: 20, maxLength: 20 }), async (values) => {
        const { rows } = await database.raw<{ rows: { text: string }[] }>(
          'SELECT pipeline.canonical_json(value) AS text FROM jsonb_array_elements(?::jsonb) WITH ORDINALITY AS e (value, n) ORDER BY n',
          [JSON.stringify(values)],
        );
        expect(rows.map((row) => row.text)).toEqual(values.map((value) => canonicalize(value)));
      }),
      { numRuns: 30 },
    );
  });

  it.each(['1.5', '9007199254740992', '{"é": 1}'])('refuses %s, for which it has no canonical form', async (value) => {
    await expect(database.raw('SELECT pipeline.canonical_json(?::jsonb)', [value])).rejects.toThrow('certificate');
  });
});

describe('a certificate', () => {
  it('says what a final run read and wrote, without any e-mail', async () => {
    await database('user_metadata').insert({ id: 'ana', name: 'Ana', email: 'ana@example.org', quota: '10' });
    const path = await hour.archive(100n);
    await database.raw(
      `INSERT INTO pipeline.dead_letter (topic, partition, "offset", reason, detail)
       VALUES ('devices', 0, 3, 'invalid_json', ''), ('devices', 0, 10, 'invalid_json', '')`,
    );
    const committed = await hour.compute(totalsOf({ ana: 60n, bob: 40n }));
    const certificate = await certificateOfHour();
    expect(committed.certificate).toEqual({ number: 1, hash: certificate.hash });
    expect(certificate).toMatchObject({
      number: 1,
      previous: null,
      replaces: null,
      hour: '2022-10-29T13:00:00.000Z',
      finalAt: '2022-10-29T15:00:00.000Z',
      revision: 1,
      events: 10,
      eventBytes: '100',
      totals: { antenna_total_bytes: { rows: 1 }, app_total_bytes: { rows: 1 }, user_total_bytes: { rows: 2 } },
      quota: { usersOverQuota: 1, usersWithoutMetadata: 1 },
      files: [
        { path, rows: 10, eventBytes: '100', sizeBytes: 1_000, startOffset: 0, endOffset: 10, decoderVersion: 1 },
      ],
      partitions: [{ topic: 'devices', partition: 0, generation: 0, ranges: [[0, 10]] }],
      deadLetters: { invalid_json: 1 },
      acknowledgedGaps: [],
      run: { engine: 'test', program: 'batch-layer 1.2.3' },
    });
    expect((await certificates.ofHour(HOUR))?.content).not.toContain('example.org');
  });

  it('is canonical according to an independent implementation of RFC 8785', async () => {
    await hour.archive();
    await hour.compute(totalsOf({ ana: 100n }));
    const [stored] = await all();
    expect(stored?.content).toBe(canonicalize(JSON.parse(stored?.content ?? '')));
  });

  it('is not made for an hour that is not final, nor in an archive without a manifest', async () => {
    expect(await hour.compute(totalsOf({ ana: 1n }))).toMatchObject({ certificate: undefined });
    await hour.archive();
    expect(await hour.compute(totalsOf({ ana: 1n }), { wasFinal: false })).toMatchObject({ certificate: undefined });
    expect(await all()).toEqual([]);
  });

  it('stays when a run has the same facts again, and is replaced when any of its facts has changed', async () => {
    await hour.archive(100n);
    const first = await hour.compute(totalsOf({ ana: 100n }));
    expect(await hour.compute(totalsOf({ ana: 100n }))).toEqual(first);
    await hour.archive(5n);
    const second = await hour.compute(totalsOf({ ana: 105n }));
    expect(await certificateOfHour()).toMatchObject({
      ...second.certificate,
      revision: 2,
      replaces: first.certificate,
    });
    await database('user_metadata').insert({ id: 'ana', name: 'Ana', email: 'ana@example.org', quota: '10' });
    const third = await hour.compute(totalsOf({ ana: 105n }));
    expect(await certificateOfHour()).toMatchObject({ ...third.certificate, replaces: second.certificate });
    expect(await chainProblems()).toEqual([]);
  });

  it('is not current while the tables hold the result of a later run of the hour that was not final', async () => {
    await hour.archive(100n);
    await hour.compute(totalsOf({ ana: 100n }));
    expect(await certificates.ofHour(HOUR)).toMatchObject({ isCurrent: true });
    await hour.archive(5n);
    await hour.compute(totalsOf({ ana: 105n }), { wasFinal: false });
    expect(await certificates.ofHour(HOUR)).toMatchObject({ number: 1, isCurrent: false });
    expect(await database('pipeline.certificate_report').select('number', 'is_current')).toEqual([
      { number: '1', is_current: false },
    ]);
    await hour.compute(totalsOf({ ana: 105n }));
    expect(await certificates.ofHour(HOUR)).toMatchObject({ number: 2, isCurrent: true });
  });

  it('is current in an explanation, too, until a later run has changed the result', async () => {
    const explanations = new PostgresExplanationStore(database);
    const total = { hourMs: HOUR, type: 'user_total_bytes', id: 'ana' } as const;
    await hour.archive(100n);
    await hour.compute(totalsOf({ ana: 100n }));
    await hour.compute(totalsOf({ ana: 100n }));
    expect(await explanations.explain(total)).toMatchObject({ certificate: { number: 1, isCurrent: true } });
    await hour.archive(5n);
    await hour.compute(totalsOf({ ana: 105n }), { wasFinal: false });
    expect(await explanations.explain(total)).toMatchObject({ certificate: { number: 1, isCurrent: false } });
  });

  it('can be neither changed nor deleted, by a program or by a person', async () => {
    await hour.archive();
    await hour.compute(totalsOf({ ana: 100n }));
    for (const statement of [
      'UPDATE pipeline.certificate SET number = 2',
      'DELETE FROM pipeline.certificate',
      'TRUNCATE pipeline.certificate',
    ]) {
      await expect(database.raw(statement)).rejects.toMatchObject({ code: 'AU007' });
    }
  });
});

describe('the chain of certificates', () => {
  const hours = Array.from({ length: 6 }, (_, index) => HOUR + index * 3_600_000);
  const commit = (hourMs: number) => store.commit(anHourResult([], { hourMs, wasFinal: true }));

  it('has no gap and no fork when hours are committed at once', async () => {
    await hour.archive();
    await Promise.all(hours.slice(1).map(commit));
    expect((await all()).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(await chainProblems()).toEqual([]);
  });

  it('does not change when a commit fails after its certificate was made', async () => {
    await hour.archive();
    await database.raw(`
      CREATE FUNCTION pg_temp.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a crash'; END $$;
      CREATE CONSTRAINT TRIGGER crash AFTER INSERT ON pipeline.certificate DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION pg_temp.fail()`);
    await expect(commit(HOUR + 3_600_000)).rejects.toThrow('a crash');
    await database.raw('DROP TRIGGER crash ON pipeline.certificate');
    await commit(HOUR + 3_600_000);
    expect((await all()).map(({ number }) => number)).toEqual([1]);
    expect(await chainProblems()).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['a certificate left out', 'DELETE FROM pipeline.certificate WHERE number = 2', /certificate 2 is missing/],
    [
      'the newest certificate left out',
      'DELETE FROM pipeline.certificate WHERE number = 5',
      /certificate 5 is missing/,
    ],
    [
      'an edited certificate',
      `UPDATE pipeline.certificate SET content = replace(content, '"events":0', '"events":1') WHERE number = 3`,
      /^certificate 3 of hour 2022-10-29T16: certificate 3 was edited/,
    ],
    [
      'a certificate that was written again with another layout',
      `UPDATE pipeline.certificate SET content = content || ' ' WHERE number = 3`,
      /certificate 3 was written again/,
    ],
    [
      'another hash of the newest certificate',
      `UPDATE pipeline.certificate_head SET hash = repeat('0', 64)`,
      /the chain ends with certificate 5/,
    ],
  ])('names %s', async (_, statement, problem) => {
    await hour.archive();
    for (const each of hours.slice(1)) await commit(each);
    await tamper(statement);
    expect(await chainProblems()).toContainEqual(expect.stringMatching(problem));
  });
});
