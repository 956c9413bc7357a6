import { parseCertificate } from '@antenna/hourly-batch';
import { tablesNaming, until } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { PostgresCertificateStore } from './certificate-store.ts';
import { PostgresErasureStore } from './erasure-store.ts';
import { PostgresHourStore } from './hour-store.ts';
import { aCommit, type EventOfTest } from './testing/a-commit.ts';
import { ArchivedHour, HOUR, totalsOf } from './testing/an-archived-hour.ts';
import { STREAM, TestStore } from './testing/test-store.ts';

const ANA = 'user-ana';
const EMAIL = 'ana@example.org';

let test: TestStore;
let database: Knex;
let hours: PostgresHourStore;
let hour: ArchivedHour;
let erasures: PostgresErasureStore;
let certificates: PostgresCertificateStore;

beforeEach(async () => {
  test = await TestStore.open(8);
  database = test.database;
  hours = new PostgresHourStore(database, { archiveUrl: STREAM.archiveUrl, previewedUsers: 1 });
  hour = new ArchivedHour(test.worker(), hours);
  erasures = new PostgresErasureStore(database, STREAM.archiveUrl);
  certificates = new PostgresCertificateStore(database);
  await database('user_metadata').insert([
    { id: ANA, name: 'Ana', email: EMAIL, quota: '50' },
    { id: 'bob', name: 'Bob', email: 'bob@example.org', quota: '50' },
  ]);
});

afterEach(() => test.close());

async function rows<Row = Record<string, unknown>>(statement: string): Promise<readonly Row[]> {
  return (await database.raw<{ rows: Row[] }>(statement)).rows;
}

/** Counts events in the windows of 13:15 to 13:20. */
async function count(...events: readonly EventOfTest[]): Promise<void> {
  const worker = test.worker();
  const [claimed] = await worker.claim(['totals'], [0]);
  const { nextOffset: from = 0, epoch = 0 } = claimed ?? {};
  await worker.commitTotals(aCommit(events, { epoch, from, to: from + events.length }));
}

/** What an erasure does to the tables, after the files. @returns what it has deleted beside the totals. */
async function erase(userId = ANA) {
  const erasure = await erasures.begin();
  const { hoursMs } = await erasures.hoursOf(userId, 0);
  for (const hourMs of hoursMs) await erasures.eraseHour(userId, hourMs);
  return { hoursMs, ...(await erasures.eraseRecords(userId, erasure)) };
}

/** Replaces the hour's first file in the manifest. */
async function replacement(checksum = 'f'.repeat(64)) {
  const [file] = (await erasures.nextHour(0))?.files ?? [];
  return {
    ...{ path: file?.path ?? '', erasure: await erasures.begin() },
    ...{ listedChecksum: file?.checksum ?? '', foundChecksum: file?.checksum ?? '', isRestored: false },
    ...{ checksum, sizeBytes: 999, erasedEvents: 3 },
  };
}

describe('the erasure of a user from the totals', () => {
  it('moves the bytes of windows, hours and days to the empty id, and leaves all other rows', async () => {
    await count({ id: ANA, bytes: 60 }, { id: 'bob', bytes: 40 }, { id: ANA, bytes: 7, second: 299 });
    await hour.archive(107n);
    await hour.compute(totalsOf({ [ANA]: 67n, bob: 40n }));
    await hours.sumDays();
    expect((await erase()).hoursMs).toEqual([HOUR]);
    const users = (table: string) => rows(`SELECT id, value FROM ${table} WHERE type = 'user_total_bytes' ORDER BY 1`);
    const expected = [
      { id: '', value: '67' },
      { id: 'bob', value: '40' },
    ];
    expect(await users('public.bytes')).toEqual(expected);
    expect(await users('public.bytes_hourly')).toEqual(expected);
    expect(await users('pipeline.day_sum')).toEqual(expected);
    expect(await users('pipeline.usage_daily')).toEqual(expected);
    expect(await rows('SELECT id FROM pipeline.user_hour_usage')).toEqual([{ id: 'bob' }]);
    expect(await rows('SELECT email FROM public.user_quota_limit')).toEqual([]);
  });

  it('adds the bytes of several users up', async () => {
    await count({ id: ANA, bytes: 60 }, { id: 'bob', bytes: 40 }, { id: 'eva', bytes: 1 });
    await erase(ANA);
    await erase('bob');
    expect(await rows(`SELECT id, value FROM public.bytes WHERE type = 'user_total_bytes' ORDER BY 1`)).toEqual([
      { id: '', value: '100' },
      { id: 'eva', value: '1' },
    ]);
  });

  it('gives the result that a run of the rewritten files gives: the days stay the sums of their hours', async () => {
    await hour.archive(107n);
    await hour.compute(totalsOf({ [ANA]: 67n, bob: 40n }));
    await hours.sumDays();
    await erase();
    const before = await rows('SELECT * FROM pipeline.usage_daily ORDER BY type, id');
    expect(await hour.compute(totalsOf({ '': 67n, bob: 40n }))).toMatchObject({
      correctedRows: 0,
      usersWithoutMetadata: 0,
    });
    expect(await rows('SELECT * FROM pipeline.usage_daily ORDER BY type, id')).toEqual(before);
  });

  it('loses no byte beside commits for the same user', async () => {
    await count({ id: ANA, bytes: 1 });
    const over = new AbortController();
    const commits = (async () => {
      for (let round = 0; round < 60; round += 1)
        await count({ id: ANA, bytes: 1 }, { id: 'bob', bytes: 1, second: 290 });
      over.abort();
    })();
    while (!over.signal.aborted) await erase();
    await commits;
    await erase();
    expect(await rows(`SELECT id, value FROM public.bytes WHERE type = 'user_total_bytes' ORDER BY 1`)).toEqual([
      { id: '', value: '61' },
      { id: 'bob', value: '60' },
    ]);
  });

  it('finds a user who was over quota under another e-mail, and leaves the rows of others', async () => {
    await hour.archive(200n);
    await hour.compute(totalsOf({ [ANA]: 60n, bob: 60n, eva: 80n }));
    await database('user_metadata').where({ id: ANA }).update({ email: 'new@example.org' });
    await erase();
    expect(await rows('SELECT email, usage FROM public.user_quota_limit')).toEqual([
      { email: 'bob@example.org', usage: '60' },
    ]);
  });
});

describe('the erasure of a user from the records', () => {
  it('leaves no table that names the id or the e-mail', async () => {
    await count({ id: ANA, bytes: 60 }, { id: 'bob', bytes: 60 });
    await hour.archive(120n);
    await hour.compute(totalsOf({ [ANA]: 60n, bob: 60n }));
    await hour.archive(10n);
    await hour.compute(totalsOf({ [ANA]: 65n, bob: 65n }));
    expect(await tablesNaming(test.url, EMAIL)).toEqual(
      expect.arrayContaining(['pipeline.hour_correction', 'public.user_metadata', 'public.user_quota_limit']),
    );
    expect(await erase()).toMatchObject({ hadMetadata: true, corrections: 2 });
    expect(await tablesNaming(test.url, ANA)).toEqual([]);
    expect(await tablesNaming(test.url, EMAIL)).toEqual([]);
    expect(await tablesNaming(test.url, 'bob@example.org')).not.toEqual([]);
    expect(await erase()).toEqual({ hoursMs: [], hadMetadata: false, quotaEvents: 0, deadLetters: 0, corrections: 0 });
  });

  it('keeps the differences of its corrections under the empty id, those of several users side by side', async () => {
    await hour.archive(100n);
    await hour.compute(totalsOf({ [ANA]: 60n, bob: 40n }));
    await hour.archive(5n);
    await hour.compute(totalsOf({ [ANA]: 63n, bob: 42n }));
    await erase(ANA);
    await erase('bob');
    expect(
      await rows(`SELECT id, number, old_value, new_value FROM pipeline.hour_correction
        WHERE type = 'user_total_bytes' ORDER BY number`),
    ).toEqual([
      { id: '', number: '1', old_value: '60', new_value: '63' },
      { id: '', number: '2', old_value: '40', new_value: '42' },
    ]);
    await expect(database.raw(`UPDATE pipeline.hour_correction SET id = 'x'`)).rejects.toMatchObject({ code: 'AU007' });
  });

  it('counts dead letters that name the user in a range, and leaves those that only resemble it', async () => {
    const letter = (offset: number, payload: string, key: string | null = null) => ({
      ...{ topic: 'devices', partition: 0, offset, reason: 'not_json', detail: '' },
      ...{ key: key === null ? null : Buffer.from(key), payload: Buffer.from(payload) },
    });
    await database
      .withSchema('pipeline')
      .table('dead_letter')
      .insert([
        letter(1, `{"id":"${ANA}",`),
        letter(2, `${ANA};5`),
        letter(3, 'x', ANA),
        letter(4, `{"id":"${ANA}2"`),
        letter(5, `{"id":"the-${ANA}"`),
        letter(6, `${ANA}2, ${ANA}`),
      ]);
    expect(await erase()).toMatchObject({ deadLetters: 4 });
    expect(await rows('SELECT "offset" FROM pipeline.dead_letter ORDER BY 1')).toEqual([
      { offset: '4' },
      { offset: '5' },
    ]);
    expect(await rows('SELECT first_offset, last_offset, records FROM pipeline.dead_letter_range ORDER BY 1')).toEqual(
      ['1', '2', '3', '6'].map((offset) => ({ first_offset: offset, last_offset: offset, records: '1' })),
    );
  });

  it('leaves no quota event that a commit records after the hours of the events were read, and before the user is locked', async () => {
    await count({ id: ANA, bytes: 60 });
    const commit = await database.transaction();
    await commit.raw('UPDATE pipeline.quota_user SET events = events + 1 WHERE id = :id', { id: ANA });
    await commit.raw(
      `INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota)
       VALUES (:id, 3, '2022-10-29 14:00', 'warned', 45, 50)`,
      { id: ANA },
    );
    const erased = erase();
    await until(async () => (await test.waitingTransactions()) === 1, { what: 'waiting erasure', deadlineMs: 30_000 });
    await commit.commit();
    expect(await erased).toMatchObject({ quotaEvents: 3 });
    expect(await tablesNaming(test.url, ANA)).toEqual([]);
  });

  it('finds an id that JSON writes with escapes, and one in the middle of bytes that are no text', async () => {
    const id = 'a"\\é';
    const written = [`{"id":${JSON.stringify(id)}}`, id].map((text) => Buffer.from(text));
    const payloads = [...written, Buffer.concat([Buffer.of(0, 10), Buffer.from(id), Buffer.of(0)])];
    await database
      .withSchema('pipeline')
      .table('dead_letter')
      .insert(
        payloads.map((payload, offset) => ({
          topic: 'devices',
          partition: 0,
          offset,
          reason: 'x',
          detail: '',
          payload,
        })),
      );
    expect(await erase(id)).toMatchObject({ deadLetters: 3 });
  });
});

describe('a file that an erasure replaces', () => {
  beforeEach(async () => {
    await hour.archive(100n);
    await hour.compute(totalsOf({ [ANA]: 60n, bob: 40n }));
  });

  it('is listed with its new facts once it is settled, in a new revision of its hour', async () => {
    const announced = await replacement();
    const { revision } = await hours.readManifest(HOUR);
    expect(await erasures.propose(announced)).toBe(true);
    expect((await hours.readManifest(HOUR)).files).toMatchObject([{ sizeBytes: 1_000, isBeingErased: true }]);
    expect(await erasures.settle(announced)).toBe(true);
    expect(await hours.readManifest(HOUR)).toMatchObject({
      revision: revision + 1,
      files: [{ sizeBytes: 999, checksum: announced.checksum, erasedEvents: 3, isBeingErased: false }],
    });
    expect(await rows('SELECT files, events FROM pipeline.erasure')).toEqual([{ files: '1', events: '3' }]);
  });

  it('keeps every result of its hour out of the tables while it is announced, and results of older revisions for ever', async () => {
    const announced = await replacement();
    const result = totalsOf({ [ANA]: 60n, bob: 40n });
    const { revision } = await hours.readManifest(HOUR);
    await erasures.propose(announced);
    await expect(hour.compute(result)).rejects.toMatchObject({ code: 'NEWER_RESULT' });
    await erasures.settle(announced);
    await expect(hour.compute(result, { revision })).rejects.toMatchObject({ code: 'NEWER_RESULT' });
    await expect(hour.compute(totalsOf({ '': 60n, bob: 40n }))).resolves.toBeDefined();
  });

  it('is not announced by an erasure that has read an older manifest, or a file with an unknown checksum', async () => {
    const [first, second] = [await replacement(), await replacement('e'.repeat(64))];
    expect(await erasures.propose({ ...second, foundChecksum: 'a'.repeat(64) })).toBe(false);
    await erasures.propose(first);
    await erasures.settle(first);
    expect(await erasures.propose(second)).toBe(false);
  });

  it('gets new facts in the manifest only from the erasure that was the last to announce a replacement', async () => {
    const [first, second] = [await replacement(), await replacement('e'.repeat(64))];
    await erasures.propose(first);
    expect(await erasures.propose({ ...second, foundChecksum: first.checksum })).toBe(true);
    expect(await erasures.settle(first)).toBe(false);
    expect(await erasures.settle(second)).toBe(true);
    expect(await erasures.settle(second)).toBe(false);
    expect((await erasures.nextHour(0))?.files).toMatchObject([{ checksum: second.checksum, replacements: [] }]);
  });

  it('is not announced any more after its erasure has withdrawn the announcement, unless another erasure has announced the same replacement', async () => {
    const [first, second] = [await replacement(), await replacement()];
    await erasures.propose(first);
    await erasures.withdraw(first);
    expect((await erasures.nextHour(0))?.files).toMatchObject([{ replacements: [] }]);
    await erasures.propose(first);
    await erasures.propose(second);
    await erasures.withdraw(second);
    expect((await erasures.nextHour(0))?.files).toMatchObject([{ replacements: [first.checksum] }]);
  });

  it('leaves no trace of the user in the corrections of a run that came before the totals were erased', async () => {
    const announced = await replacement();
    await erasures.propose(announced);
    await erasures.settle(announced);
    expect(await hour.compute(totalsOf({ '': 60n, bob: 40n }))).toMatchObject({ correctedRows: 3 });
    expect(await rows('SELECT causes FROM pipeline.hour_correction_run')).toEqual([{ causes: [{ kind: 'erasure' }] }]);
    await erase();
    expect(await tablesNaming(test.url, ANA)).toEqual([]);
    expect(await tablesNaming(test.url, EMAIL)).toEqual([]);
  });

  it('is named in the next certificate of the hour with its erased events, and the former certificate says so', async () => {
    const announced = await replacement();
    await erasures.propose(announced);
    await erasures.settle(announced);
    expect(await certificates.ofHour(HOUR)).toMatchObject({ number: 1, isErasedSince: true });
    await hour.compute(totalsOf({ '': 60n, bob: 40n }));
    const current = await certificates.ofHour(HOUR);
    expect(current).toMatchObject({ number: 2, isErasedSince: false });
    expect(parseCertificate(current?.content ?? '')).toMatchObject({
      replaces: { number: 1 },
      files: [{ sha256: announced.checksum, erasedEvents: 3 }],
    });
  });
});

describe('the positions that an erasure waits for', () => {
  it('are those of every sink that the topic has, with the ends of open intents', async () => {
    const worker = test.worker();
    const [archive] = await worker.claim(['archive'], [0]);
    await worker.claim(['archive', 'totals'], [1]);
    await hour.archive();
    const position = { topic: 'devices', partition: 0, passedOffset: 0, readOffset: 10 };
    expect(await erasures.positions()).toEqual([
      position,
      { topic: 'devices', partition: 1, passedOffset: 0, readOffset: 0 },
    ]);
    const [claimed] = await worker.claim(['archive'], [0]);
    const epoch = claimed?.epoch ?? archive?.epoch ?? 0;
    await worker.recordIntent({ partition: 0, epoch, startOffset: 10, endOffset: 25, decoderVersion: 1, paths: ['a'] });
    expect((await erasures.positions())[0]).toEqual({ ...position, readOffset: 25 });
  });
});
