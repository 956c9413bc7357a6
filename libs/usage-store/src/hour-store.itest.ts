import type { TotalType } from '@antenna/aggregation';
import { type HourRow, NewerResultError } from '@antenna/hourly-batch';
import { type TestDatabase, testDatabase } from '@antenna/test-kit';
import { createLogger } from '@antenna/telemetry';
import type { Knex } from 'knex';
import { openDatabase } from './database.ts';
import { PostgresHourStore } from './hour-store.ts';
import { Patience } from './patience.ts';
import { PostgresPositionStore } from './position-store.ts';
import { seedUsers } from './seed-users.ts';
import { StreamProgress } from './stream-progress.ts';
import { anHourResult, HOUR } from './testing/an-archived-hour.ts';

const log = createLogger({ level: 'error', format: 'json', name: 'test' });
const ARCHIVE = 'file:///archive';
const [PACO, FEDE] = ['00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000004'];

let provided: TestDatabase;
let database: Knex;
let store: PostgresHourStore;

beforeEach(async () => {
  provided = await testDatabase();
  database = openDatabase({ url: provided.url }, { applicationName: 'test' });
  store = new PostgresHourStore(database, { archiveUrl: ARCHIVE, previewedUsers: 2 });
  await seedUsers(database);
});

afterEach(async () => {
  await database.destroy();
  await provided.close();
});

async function rowsOf(statement: string): Promise<readonly unknown[]> {
  return (await database.raw<{ rows: unknown[] }>(statement)).rows;
}

const hourlyRows = () => rowsOf('SELECT timestamp, type, id, value FROM bytes_hourly ORDER BY 1, 2, 3');
const overQuota = () => rowsOf('SELECT email, usage, quota, timestamp FROM user_quota_limit ORDER BY 1');

function aTotal(id: string, value: bigint, type: TotalType = 'user_total_bytes'): HourRow {
  return { type, id, value };
}

describe('two concurrent runs that commit the same hour', () => {
  it.each(['read committed', 'repeatable read', 'serializable'])(
    'both succeed when the default isolation of the database is %s',
    async (isolation) => {
      const name = new URL(provided.url).pathname.slice(1);
      await database.raw(`ALTER DATABASE "${name}" SET default_transaction_isolation = '${isolation}'`);
      await database.destroy();
      database = openDatabase({ url: provided.url }, { applicationName: 'test' });
      const options = { archiveUrl: ARCHIVE, previewedUsers: 2, patience: new Patience({ log }) };
      store = new PostgresHourStore(database, options);
      for (let hour = 0; hour < 20; hour += 1) {
        const commit = anHourResult([aTotal(PACO, 7n), aTotal(FEDE, 9n)], { hourMs: HOUR + hour * 3_600_000 });
        await Promise.all([store.commit(commit), store.commit(commit)]);
      }
      expect(await rowsOf('SELECT count(*) AS rows, sum(value) AS bytes FROM bytes_hourly')).toEqual([
        { rows: '40', bytes: String(20 * 16) },
      ]);
    },
  );
});

describe('an hour that is committed', () => {
  it('has its totals in bytes_hourly, with any values and ids', async () => {
    const odd = `O"P'S\\ {},NULL é`;
    await store.commit(
      anHourResult([aTotal('a', 2n ** 63n - 1n, 'antenna_total_bytes'), aTotal(odd, 0n), aTotal('', 1n)]),
    );
    expect(await hourlyRows()).toEqual([
      { timestamp: '2022-10-29 13:00:00', type: 'antenna_total_bytes', id: 'a', value: '9223372036854775807' },
      { timestamp: '2022-10-29 13:00:00', type: 'user_total_bytes', id: '', value: '1' },
      { timestamp: '2022-10-29 13:00:00', type: 'user_total_bytes', id: odd, value: '0' },
    ]);
  });

  it('has the users above their quota in user_quota_limit, not those exactly at it', async () => {
    await store.commit(anHourResult([aTotal(PACO, 300_000n), aTotal(FEDE, 5_001n)]));
    expect(await overQuota()).toEqual([
      { email: 'fede@gmail.com', usage: '5001', quota: '5000', timestamp: '2022-10-29 13:00:00' },
    ]);
  });

  it('has no limit for users without a quota, and counts users without metadata', async () => {
    await database.table('user_metadata').insert({ id: 'free', name: 'free', email: 'free@gmail.com', quota: null });
    const counts = await store.commit(anHourResult([aTotal('free', 10n ** 15n), aTotal('stranger', 10n ** 15n)]));
    expect(counts).toMatchObject({ usersOverQuota: 0, usersWithoutMetadata: 1 });
    expect(await overQuota()).toEqual([]);
  });

  it('ignores antennas and apps with the id of a user over quota', async () => {
    await store.commit(
      anHourResult([aTotal(FEDE, 9_999n, 'app_total_bytes'), aTotal(FEDE, 9_999n, 'antenna_total_bytes')]),
    );
    expect(await overQuota()).toEqual([]);
  });

  it('is replaced by the next commit, while other hours stay', async () => {
    const other = anHourResult([aTotal(FEDE, 6_000n)], { hourMs: HOUR + 3_600_000 });
    await store.commit(other);
    await store.commit(anHourResult([aTotal(FEDE, 7_000n), aTotal(PACO, 1n), aTotal('gone', 1n)]));
    await store.commit(anHourResult([aTotal(FEDE, 4_000n), aTotal(PACO, 1n), aTotal('new', 2n)]));
    expect(await hourlyRows()).toMatchObject([
      { timestamp: '2022-10-29 13:00:00', id: PACO, value: '1' },
      { timestamp: '2022-10-29 13:00:00', id: FEDE, value: '4000' },
      { timestamp: '2022-10-29 13:00:00', id: 'new', value: '2' },
      { timestamp: '2022-10-29 14:00:00', id: FEDE, value: '6000' },
    ]);
    expect(await overQuota()).toMatchObject([{ timestamp: '2022-10-29 14:00:00' }]);
  });

  it('is emptied by a commit without rows', async () => {
    await store.commit(anHourResult([aTotal(FEDE, 7_000n)]));
    await store.commit(anHourResult([]));
    expect([await hourlyRows(), await overQuota()]).toEqual([[], []]);
  });

  it('is recorded in batch_run with its revision and input files', async () => {
    const file = {
      path: 'x.parquet',
      sizeBytes: 9,
      rows: 1,
      partition: 3,
      startOffset: 5,
      endOffset: 8,
      checksum: 'c',
    };
    const eventBytes = 2n ** 70n;
    await store.commit(
      anHourResult([aTotal(FEDE, 7_000n)], { revision: 4, wasFinal: true, files: [file], eventBytes }),
    );
    expect(await rowsOf('SELECT * FROM pipeline.batch_run')).toMatchObject([
      {
        hour: '2022-10-29 13:00:00',
        revision: '4',
        was_final: true,
        engine: 'test',
        input_files: [{ path: 'x.parquet', sizeBytes: 9, rows: 1, partition: 3, startOffset: 5, endOffset: 8 }],
        events: '1',
        event_bytes: String(eventBytes),
        hourly_rows: '1',
        users_over_quota: '1',
        users_without_metadata: '0',
        started_at: new Date(HOUR),
      },
    ]);
  });

  it('is refused and changes nothing after a newer revision was committed', async () => {
    await store.commit(anHourResult([aTotal(FEDE, 2n)], { revision: 2 }));
    const older = store.commit(anHourResult([aTotal(FEDE, 1n)], { revision: 1 }));
    await expect(older).rejects.toThrow(NewerResultError);
    await expect(older).rejects.toThrow(/^hour 2022-10-29 13:00:00 was computed from revision 2 already/);
    expect(await hourlyRows()).toMatchObject([{ value: '2' }]);
  });

  it('has the same result after many concurrent commits', async () => {
    const rows = Array.from({ length: 500 }, (_, user) => aTotal(`user ${user}`, BigInt(user)));
    await Promise.all(Array.from({ length: 4 }, () => store.commit(anHourResult([...rows, aTotal(FEDE, 5_001n)]))));
    expect(await hourlyRows()).toHaveLength(501);
    expect(await overQuota()).toHaveLength(1);
  });
});

describe('the preview of an hour', () => {
  it('shows the result of a commit and changes nothing', async () => {
    await store.commit(anHourResult([aTotal(FEDE, 7_000n)]));
    const rows = [aTotal(FEDE, 5_001n), aTotal(PACO, 300_500n), aTotal('stranger', 1n)];
    const third = aTotal('00000000-0000-0000-0000-000000000003', 100_100n);
    expect(await store.preview(HOUR, { rows: [...rows, third], events: 4, offsets: undefined })).toEqual({
      usersOverQuota: 3,
      usersWithoutMetadata: 1,
      replacedHourlyRows: 1,
      replacedOverQuotaRows: 1,
      overQuota: [
        { email: 'paco@gmail.com', usage: 300_500n, quota: 300_000n },
        { email: 'juan@gmail.com', usage: 100_100n, quota: 100_000n },
      ],
    });
    expect(await hourlyRows()).toMatchObject([{ value: '7000' }]);
    expect(await rowsOf('SELECT count(*) FROM pipeline.batch_run')).toEqual([{ count: '1' }]);
  });
});

describe('the manifest of an hour', () => {
  const positions = (archiveUrl = ARCHIVE) =>
    new PostgresPositionStore(database, {
      topic: 'devices',
      groupId: 'speed-layer',
      clusterId: 'cluster',
      archiveUrl,
      allowedLatenessMs: 0,
      owner: 'a test',
    });
  const file = {
    path: 'a.parquet',
    hourMs: HOUR,
    rows: 2,
    eventBytes: 2n ** 60n + 1n,
    sizeBytes: 100,
    erasedEvents: 0,
    checksum: 'c0ffee',
  };
  const move = { partition: 0, epoch: 1, from: 0, to: 5, fingerprint: undefined, greatestEventTimeMs: undefined };

  it('says that the archive is foreign when the database lists no file', async () => {
    expect(await store.readManifest(HOUR)).toMatchObject({
      isForeign: true,
      isKnown: false,
      revision: 0,
      files: [],
      intendedPaths: [],
      partitions: [],
    });
  });

  it('names the files of open intents', async () => {
    await positions().claim(['archive'], [0]);
    const intent = { partition: 0, epoch: 1, startOffset: 0, endOffset: 5, decoderVersion: 1, paths: ['a', 'b'] };
    await positions().recordIntent(intent);
    expect(await store.readManifest(HOUR)).toMatchObject({ isForeign: false, intendedPaths: ['a', 'b'], files: [] });
  });

  it('lists the files of the hour, its revision, and the archive time of each partition', async () => {
    await positions().claim(['archive'], [0]);
    await positions().completeChunk({ move, decoderVersion: 1, files: [file], hasIntent: false });
    await new StreamProgress(database, 'devices').noteEnds(() =>
      Promise.resolve(
        new Map([
          [0, 5],
          [1, 3],
        ]),
      ),
    );
    const { partitions, ...manifest } = await store.readManifest(HOUR);
    expect(manifest).toMatchObject({
      isForeign: false,
      isKnown: true,
      revision: 1,
      files: [
        {
          path: 'a.parquet',
          sizeBytes: 100,
          topic: 'devices',
          partition: 0,
          startOffset: 0,
          endOffset: 5,
          rows: 2,
          eventBytes: 2n ** 60n + 1n,
          checksum: 'c0ffee',
        },
      ],
    });
    expect(partitions).toMatchObject([
      { topic: 'devices', partition: 0 },
      { partition: 1, archivedUntilMs: undefined },
    ]);
    expect(partitions[0]?.archivedUntilMs).toBeGreaterThan(Date.UTC(2025, 0));
    expect(await store.readManifest(HOUR + 3_600_000)).toMatchObject({ isForeign: false, isKnown: false, files: [] });
  });

  it('is refused when the database belongs to another archive', async () => {
    await positions('gs://another').claim(['archive'], [0]);
    await expect(store.readManifest(HOUR)).rejects.toMatchObject({ code: 'OTHER_STREAM' });
  });

  it('makes the hour dirty in the statuses until a run computes its revision', async () => {
    await positions().claim(['archive'], [0]);
    await positions().completeChunk({ move, decoderVersion: 1, files: [file], hasIntent: false });
    expect(await store.statuses()).toMatchObject({
      hours: [{ hourMs: HOUR, revision: 1, files: 1, events: 2, lastRun: undefined }],
    });
    await store.commit(anHourResult([aTotal(FEDE, 1n)], { revision: 1, wasFinal: true }));
    expect(await store.statuses({ fromMs: HOUR, toMs: HOUR + 1 })).toMatchObject({
      hours: [{ hourMs: HOUR, lastRun: { revision: 1, wasFinal: true, events: 1 } }],
    });
    expect(await store.statuses({ fromMs: HOUR - 3_600_000, toMs: HOUR })).toMatchObject({ hours: [] });
  });
});

it('every call is refused by a database whose schema does not accept the version of this program', async () => {
  await database.raw('UPDATE pipeline.schema_version SET version = 9, compatible_since = 9');
  await expect(store.readManifest(HOUR)).rejects.toMatchObject({ code: 'SCHEMA_VERSION' });
  await expect(store.statuses()).rejects.toMatchObject({ code: 'SCHEMA_VERSION' });
  await expect(store.commit(anHourResult([]))).rejects.toMatchObject({ code: 'SCHEMA_VERSION' });
  await expect(store.preview(HOUR, anHourResult([]))).rejects.toMatchObject({ code: 'SCHEMA_VERSION' });
});
