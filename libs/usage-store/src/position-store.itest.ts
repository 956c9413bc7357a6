import { CommitTooLongError, FenceLostError, SumOutOfRangeError } from '@antenna/ingestion';
import type { Knex } from 'knex';
import { isPassingFailure } from './passing-failure.ts';
import { openDatabase } from './database.ts';
import { PostgresPositionStore } from './position-store.ts';
import { seedUsers } from './seed-users.ts';
import { StreamProgress } from './stream-progress.ts';
import { aCommit, aMove, FEDE, NOON } from './testing/a-commit.ts';
import { STREAM, TestStore } from './testing/test-store.ts';

describe('positions and totals in Postgres', () => {
  let opened: TestStore;
  let database: Knex;
  let store: PostgresPositionStore;

  beforeEach(async () => {
    opened = await TestStore.open(8);
    ({ database } = opened);
    store = opened.worker();
    await seedUsers(database);
  });

  afterEach(() => opened.close());

  it('returns a claimed position of 0 at first, and the last committed one later', async () => {
    const [first] = await store.claim(['totals'], [3]);
    expect(first).toMatchObject({ sink: 'totals', partition: 3, nextOffset: 0, epoch: 1, fingerprint: undefined });
    const fingerprint = { offset: 6, hash: 'abc' };
    await store.commitTotals(aCommit([], { partition: 3, epoch: 1, from: 0, to: 8, fingerprint }));
    expect(await store.claim(['totals'], [3])).toMatchObject([{ nextOffset: 8, epoch: 2, fingerprint }]);
  });

  describe('an intent that is open at a claim', () => {
    const chunk = { startOffset: 0, endOffset: 10, decoderVersion: 1, paths: ['a', 'b'] };

    const claimedIntent = async () => (await store.claim(['archive'], [0]))[0]?.openIntent;

    it('is returned with the last record of its chunk', async () => {
      await store.claim(['archive'], [0]);
      const fingerprint = { offset: 8, hash: 'abc' };
      await store.recordIntent({ partition: 0, epoch: 1, ...chunk, fingerprint });
      expect(await claimedIntent()).toEqual({ ...chunk, fingerprint });
    });

    it('has no last record when a program of schema version 4 has recorded it', async () => {
      await store.claim(['archive'], [0]);
      await database.raw(
        `
        SELECT pipeline.record_intent(p_version => 4, p_topic => :topic, p_partition => 0, p_epoch => 1, p_start => 0,
          p_end => 10, p_decoder_version => 1, p_paths => '{a,b}')`,
        { topic: STREAM.topic },
      );
      expect(await claimedIntent()).toEqual(chunk);
    });
  });

  it('adds the totals of a commit to the stored totals', async () => {
    await store.claim(['totals'], [0]);
    await store.commitTotals(aCommit([{ bytes: 5 }, { bytes: 0, app: 'O"PS\\' }], { from: 0, to: 2 }));
    await store.commitTotals(aCommit([{ bytes: 7 }], { from: 2, to: 3 }));
    expect(await rowsOf('SELECT timestamp, type, id, value FROM bytes ORDER BY type, id')).toEqual([
      { timestamp: '2022-10-29 13:15:00', type: 'antenna_total_bytes', id: 'an antenna', value: '12' },
      { timestamp: '2022-10-29 13:15:00', type: 'app_total_bytes', id: 'O"PS\\', value: '0' },
      { timestamp: '2022-10-29 13:15:00', type: 'app_total_bytes', id: 'SKYPE', value: '12' },
      { timestamp: '2022-10-29 13:15:00', type: 'user_total_bytes', id: FEDE, value: '12' },
    ]);
  });

  it('counts the events of each hour, and notes the offset up to which they were on time', async () => {
    const hour13 = { partition: 0, hourMs: NOON + 3_600_000, events: 2, eventBytes: 9n, lastOffset: 5 };
    const counted = 'SELECT hour, partition, events, event_bytes, counted_end, on_time_end FROM pipeline.counted_hour';
    const commit = (from: number, greatestEventTimeMs: number, lastOffset: number) =>
      store.commitTotals({
        ...aCommit([], { from, to: from + 10, greatestEventTimeMs }),
        hourCounts: [{ ...hour13, lastOffset }],
      });
    await store.claim(['totals'], [0]);
    await commit(0, NOON + 2 * 3_600_000 + 59_999, 5);
    await commit(10, NOON + 2 * 3_600_000 + 60_000, 17);
    const row = { hour: '2022-10-29 13:00:00', partition: 0 };
    expect(await rowsOf(counted)).toEqual([
      { ...row, events: '4', event_bytes: '18', counted_end: '18', on_time_end: '18' },
    ]);

    // The greatest event time is 14:01 by now, and the allowed lateness is 60 s.
    await commit(20, NOON, 24);
    expect(await rowsOf(counted)).toEqual([
      { ...row, events: '6', event_bytes: '27', counted_end: '25', on_time_end: '18' },
    ]);
  });

  it('refuses a commit for a partition that another worker has claimed since, and changes nothing', async () => {
    await store.claim(['totals'], [0, 1]);
    await store.claim(['totals'], [1]);
    const commit = { ...aCommit([{ bytes: 5 }]), moves: [aMove({ partition: 0 }), aMove({ partition: 1 })] };
    await expect(store.commitTotals(commit)).rejects.toThrow(FenceLostError);
    expect(await rowsOf('SELECT * FROM bytes')).toEqual([]);
    expect(await rowsOf('SELECT DISTINCT next_offset FROM pipeline.position')).toEqual([{ next_offset: '0' }]);
  });

  it('refuses a repeated commit, such as after a lost answer', async () => {
    await store.claim(['totals'], [0]);
    await store.commitTotals(aCommit([{ bytes: 5 }]));
    await expect(store.commitTotals(aCommit([{ bytes: 5 }]))).rejects.toThrow(FenceLostError);
    expect(await rowsOf("SELECT value FROM bytes WHERE type = 'user_total_bytes'")).toEqual([{ value: '5' }]);
  });

  it('stores dead letters with the keys and values of their records', async () => {
    await store.claim(['totals'], [0]);
    const deadLetter = {
      partition: 0,
      offset: 4,
      // A record timestamp may be any 64-bit number.
      timestampMs: Number.MAX_SAFE_INTEGER,
      reason: 'not_json',
      detail: 'not JSON',
      key: null,
      payload: Uint8Array.of(0, 255, 34, 92),
      payloadBytes: 4,
    } as const;
    await store.commitTotals({
      ...aCommit([]),
      deadLetters: [deadLetter, { ...deadLetter, offset: 5, payload: null }],
    });
    const rows = await rowsOf(
      `SELECT topic, "offset", reason, record_timestamp, key, encode(payload, 'hex') AS payload FROM pipeline.dead_letter`,
    );
    expect(rows).toEqual([
      { topic: 'devices', offset: '4', reason: 'not_json', record_timestamp: null, key: null, payload: '00ff225c' },
      { topic: 'devices', offset: '5', reason: 'not_json', record_timestamp: null, key: null, payload: null },
    ]);
  });

  describe('counts dead letters that are not stored whole in ranges, which', () => {
    const range = { partition: 0, reason: 'not_json', firstOffset: 2, lastOffset: 9, records: 5 } as const;
    const ranges = `SELECT partition, reason, first_offset, last_offset, records
      FROM pipeline.dead_letter_range ORDER BY partition, reason, first_offset`;

    beforeEach(async () => {
      await store.claim(['totals'], [0, 1]);
      await store.commitTotals({
        ...aCommit([]),
        deadLetterRanges: [range, { ...range, reason: 'empty', lastOffset: 2, records: 1 }],
      });
    });

    it('continue from commit to commit, separately for each partition and reason', async () => {
      const next = { ...range, firstOffset: 11, lastOffset: 12, records: 2 };
      await store.commitTotals({ ...aCommit([], { from: 10, to: 13 }), deadLetterRanges: [next] });
      await store.commitTotals({ ...aCommit([], { partition: 1 }), deadLetterRanges: [{ ...range, partition: 1 }] });
      expect(await rowsOf(ranges)).toEqual([
        { partition: 0, reason: 'empty', first_offset: '2', last_offset: '2', records: '1' },
        { partition: 0, reason: 'not_json', first_offset: '2', last_offset: '12', records: '7' },
        { partition: 1, reason: 'not_json', first_offset: '2', last_offset: '9', records: '5' },
      ]);
    });

    it('are followed by a new range after an hour', async () => {
      await database.raw(`UPDATE pipeline.dead_letter_range SET first_seen_at = first_seen_at - interval '1 hour'`);
      const next = { ...range, firstOffset: 11, lastOffset: 11, records: 1 };
      await store.commitTotals({ ...aCommit([], { from: 10, to: 13 }), deadLetterRanges: [next] });
      expect(await rowsOf(`${ranges} OFFSET 1`)).toEqual([
        { partition: 0, reason: 'not_json', first_offset: '2', last_offset: '9', records: '5' },
        { partition: 0, reason: 'not_json', first_offset: '11', last_offset: '11', records: '1' },
      ]);
    });

    it('a refused commit does not change', async () => {
      const again = { ...aCommit([]), deadLetterRanges: [range] };
      await expect(store.commitTotals(again)).rejects.toThrow(FenceLostError);
      expect(await rowsOf(`SELECT sum(records) AS records FROM pipeline.dead_letter_range`)).toEqual([
        { records: '6' },
      ]);
    });

    it('the dashboards add to the dead letters that are stored whole', async () => {
      const letter = { partition: 1, offset: 0, timestampMs: 0, reason: 'empty', detail: 'nothing' } as const;
      const whole = { ...letter, key: null, payload: null, payloadBytes: 0 };
      await store.commitTotals({ ...aCommit([], { partition: 1 }), deadLetters: [whole] });
      expect(await rowsOf('SELECT reason, records FROM pipeline.dead_letter_count ORDER BY 1')).toEqual([
        { reason: 'empty', records: '2' },
        { reason: 'not_json', records: '5' },
      ]);
    });
  });

  it('lets many workers commit to the same rows concurrently without a deadlock', async () => {
    const partitions = [0, 1, 2, 3, 4, 5];
    const ids = Array.from({ length: 200 }, (_, n) => `user ${n}`);
    await store.claim(['totals'], partitions);
    const commits = partitions.map(async (partition) => {
      for (let from = 0; from < 5; from += 1) {
        const events = (partition % 2 === 0 ? ids : ids.toReversed()).map((id) => ({ id, bytes: 1 }));
        await store.commitTotals(aCommit(events, { partition, from, to: from + 1 }));
      }
    });
    await Promise.all(commits);
    expect(await rowsOf("SELECT DISTINCT value FROM bytes WHERE type = 'user_total_bytes'")).toEqual([{ value: '30' }]);
  });

  it('shows the usage in the hour of the watermark, with the present metadata of the users', async () => {
    await store.claim(['totals'], [0]);
    const event = { second: 0, bytes: 2_500 };
    await store.commitTotals(
      aCommit([event, { ...event, id: 'nobody we know' }], { greatestEventTimeMs: NOON + 4_500_000 }),
    );
    const live = 'SELECT hour, id, name, usage, quota, quota_share FROM pipeline.live_usage ORDER BY id';
    expect(await rowsOf(live)).toEqual([
      { hour: '2022-10-29 13:00:00', id: FEDE, name: 'fede', usage: '2500', quota: '5000', quota_share: '0.5000' },
      { hour: '2022-10-29 13:00:00', id: 'nobody we know', name: null, usage: '2500', quota: null, quota_share: null },
    ]);
  });

  it('sets the archive time of a partition when the archive reaches a noted end offset', async () => {
    const progress = new StreamProgress(database, STREAM.topic);
    const [archive] = await store.claim(['archive', 'totals'], [0]);
    await progress.noteEnds(() => Promise.resolve(new Map([[0, 10]])));
    expect((await progress.partitions())[0]).toMatchObject({ endOffset: 10, archivedUntilMs: undefined });
    const move = aMove({ epoch: archive?.epoch ?? 0, from: 0, to: 10 });
    await store.completeChunk({ move, decoderVersion: 1, files: [], hasIntent: false });
    await progress.noteEnds(() => Promise.resolve(new Map([[0, 12]])));
    const [partition] = await progress.partitions();
    expect(partition).toMatchObject({ endOffset: 12, lag: { totals: 12, archive: 2 } });
    expect(partition?.archivedUntilMs).toBeDefined();
  });

  it('fails in a way that is repeated, not divided, if another commit holds its rows for longer than it may wait', async () => {
    const found = "SELECT 'lock_timeout=15s' = ANY (proconfig) AS waits FROM pg_proc WHERE proname = 'commit_totals'";
    expect(await rowsOf(found)).toEqual([{ waits: true }]);
    await database.raw("ALTER FUNCTION pipeline.commit_totals SET lock_timeout = '100ms'");
    await store.claim(['totals'], [0]);
    await store.commitTotals(aCommit([{ bytes: 1 }], { from: 0, to: 1 }));
    const other = await database.transaction();
    try {
      await other.raw('SELECT FROM bytes FOR UPDATE');
      const waiting = store.commitTotals(aCommit([{ bytes: 1 }], { from: 1, to: 2 })).catch((error: unknown) => error);
      expect(isPassingFailure(await waiting)).toBe(true);
    } finally {
      await other.rollback();
    }
    await store.commitTotals(aCommit([{ bytes: 1 }], { from: 1, to: 2 }));
  });

  describe('gives the reason why a commit must be divided:', () => {
    it('the commit exceeds the statement timeout', async () => {
      await store.claim(['totals'], [0]);
      await database.raw(`
        CREATE FUNCTION public.take_time() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.25); RETURN NEW; END';
        CREATE TRIGGER slow BEFORE INSERT ON public.bytes FOR EACH ROW EXECUTE FUNCTION public.take_time()`);
      const hurried = openDatabase({ url: opened.url }, { applicationName: 'test', poolMax: 1, queryTimeoutMs: 2_000 });
      try {
        const slow = new PostgresPositionStore(hurried, STREAM);
        const events = Array.from({ length: 20 }, (_, n) => ({ bytes: 1, id: `user ${n}` }));
        await expect(slow.commitTotals(aCommit(events))).rejects.toThrow(CommitTooLongError);
        expect(await rowsOf('SELECT * FROM bytes')).toEqual([]);
        await slow.commitTotals(aCommit([{ bytes: 1 }]));
      } finally {
        await hurried.destroy();
      }
    });

    it('a sum exceeds a 64-bit integer', async () => {
      await store.claim(['totals'], [0]);
      await store.commitTotals(aCommit([{ bytes: 5 }], { from: 0, to: 1 }));
      await database.raw(`UPDATE bytes SET value = 9223372036854775807 WHERE type = 'app_total_bytes'`);
      const commit = store.commitTotals(aCommit([{ bytes: 1 }], { from: 1, to: 2 }));
      await expect(commit).rejects.toThrow(SumOutOfRangeError);
      expect(await rowsOf('SELECT next_offset FROM pipeline.position')).toEqual([{ next_offset: '1' }]);
    });
  });

  describe('notes the stopped partitions', () => {
    const gap = { code: 'DATA_GAP', message: 'deleted', sink: 'archive' } as const;
    const conflict = { code: 'ARCHIVE_CONFLICT', message: 'other rows' } as const;

    async function faults(): Promise<unknown> {
      const noted = await new StreamProgress(database, STREAM.topic).faults();
      return noted.map(({ partition, code, owner }) => [partition, code, owner]);
    }

    it('that the worker holds, until it reports that they advance', async () => {
      const progress = new StreamProgress(database, STREAM.topic);
      await store.claim(['totals'], [0, 1]);
      await progress.noteFaults(STREAM.owner, [0, 1], new Map([[1, gap]]));
      expect(await faults()).toEqual([[1, 'DATA_GAP', STREAM.owner]]);
      await progress.noteFaults(STREAM.owner, [0, 1], new Map([[0, conflict]]));
      expect(await faults()).toEqual([[0, 'ARCHIVE_CONFLICT', STREAM.owner]]);
    });

    it('without changing those that another worker has claimed', async () => {
      const progress = new StreamProgress(database, STREAM.topic);
      await store.claim(['totals'], [0, 1]);
      await progress.noteFaults(STREAM.owner, [0, 1], new Map([[0, gap]]));
      const other = opened.worker({ owner: 'another' });
      await other.claim(['totals'], [0]);
      await progress.noteFaults(STREAM.owner, [0, 1], new Map([[1, gap]]));
      expect(await faults()).toEqual([
        [0, 'DATA_GAP', STREAM.owner],
        [1, 'DATA_GAP', STREAM.owner],
      ]);
      await progress.noteFaults('another', [0], new Map());
      expect(await faults()).toEqual([[1, 'DATA_GAP', STREAM.owner]]);
    });
  });

  describe('returns with a claim of the archive how long records have waited, which', () => {
    let progress: StreamProgress;

    async function waitingMs(): Promise<number | undefined> {
      const [claimed] = await store.claim(['archive'], [0]);
      return claimed?.waitingMs;
    }

    /** Moves the existing notes back in time. */
    async function age(seconds: number): Promise<void> {
      await database.raw(
        `UPDATE pipeline.partition_end SET first_noted_at = first_noted_at - :age * interval '1 second'`,
        { age: seconds },
      );
    }

    beforeEach(async () => {
      progress = new StreamProgress(database, STREAM.topic);
      await store.claim(['totals', 'archive'], [0]);
      await progress.noteEnds(() => Promise.resolve(new Map([[0, 10]])));
      await age(60);
      await progress.noteEnds(() => Promise.resolve(new Map([[0, 10]])));
    });

    it('counts from the first note of an end offset beyond the position, even if later notes repeat that offset', async () => {
      expect(await waitingMs()).toBeGreaterThanOrEqual(60_000);
      expect(await waitingMs()).toBeLessThan(90_000);
    });

    it('does not include records of an open intent', async () => {
      const chunk = { partition: 0, epoch: 1, startOffset: 0, endOffset: 10, decoderVersion: 1, paths: ['a'] };
      await store.recordIntent(chunk);
      expect(await waitingMs()).toBeUndefined();
      await progress.noteEnds(() => Promise.resolve(new Map([[0, 11]])));
      expect(await waitingMs()).toBeLessThan(30_000);
    });

    it('is undefined when no records wait', async () => {
      const move = aMove({ epoch: 1, from: 0, to: 10 });
      await store.completeChunk({ move, decoderVersion: 1, files: [], hasIntent: false });
      expect(await waitingMs()).toBeUndefined();
    });

    it('is 0 after the clock of Postgres was set back', async () => {
      await age(-3_600);
      expect(await waitingMs()).toBe(0);
    });
  });

  async function rowsOf(statement: string): Promise<unknown[]> {
    return (await database.raw<{ rows: unknown[] }>(statement)).rows;
  }
});
