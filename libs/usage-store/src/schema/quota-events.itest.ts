import { type QuotaReport, reportOfBatch, reportsOfStream } from '@antenna/quota';
import fc from 'fast-check';
import type { Knex } from 'knex';
import { PostgresHourStore } from '../hour-store.ts';
import type { PostgresPositionStore } from '../position-store.ts';
import { aCommit, FEDE } from '../testing/a-commit.ts';
import { anHourResult } from '../testing/an-archived-hour.ts';
import { TestStore } from '../testing/test-store.ts';
import { seedUsers } from '../seed-users.ts';

const QUOTA = 5_000;

let test: TestStore;
let database: Knex;
let stream: PostgresPositionStore;
let offset: number;

beforeEach(async () => {
  test = await TestStore.open(8);
  ({ database } = test);
  await seedUsers(database);
  stream = test.worker();
  await stream.claim(['totals'], [0]);
  offset = 0;
});

afterEach(() => test.close());

/** Commits one event for each of these users. */
async function count(users: Readonly<Record<string, number>>, second = 0): Promise<void> {
  const events = Object.entries(users).map(([id, bytes]) => ({ id, bytes, second }));
  await stream.commitTotals(aCommit(events, { from: offset, to: offset + events.length }));
  offset += events.length;
}

/** Commits the result of the hour with these usages. */
async function compute(users: Readonly<Record<string, number | bigint>>, wasFinal = true): Promise<void> {
  const rows = Object.entries(users).map(([id, value]) => ({
    type: 'user_total_bytes' as const,
    id,
    value: BigInt(value),
  }));
  const store = new PostgresHourStore(database, { archiveUrl: 'file:///archive', previewedUsers: 0 });
  await store.commit(anHourResult(rows, { revision: 7, wasFinal }));
}

async function setQuota(quota: bigint | number | null, id = FEDE): Promise<void> {
  await database('user_metadata')
    .where({ id })
    .update({ quota: quota === null ? null : String(quota) });
}

async function events(id = FEDE): Promise<string[]> {
  const { rows } = await database.raw<{ rows: { event: string }[] }>(
    `SELECT concat_ws(' ', state, usage, 'of', quota) AS event FROM pipeline.quota_event WHERE id = ? ORDER BY number`,
    [id],
  );
  return rows.map(({ event }) => event);
}

describe('a commit of the totals records', () => {
  it('the moment when a user reaches 80 % of the quota, and when the user exceeds it', async () => {
    await count({ [FEDE]: QUOTA * 0.8 - 1 });
    expect(await events()).toEqual([]);
    await count({ [FEDE]: 1 });
    await count({ [FEDE]: 1_000 });
    await count({ [FEDE]: 1 }, 7);
    await count({ [FEDE]: 900 }, 9);
    expect(await events()).toEqual(['warned 4000 of 5000', 'exceeded 5001 of 5000']);
    const { rows } = await database.raw<{ rows: object[] }>(
      'SELECT hour, sequence, event_time, revision, sent_at FROM pipeline.quota_event ORDER BY number',
    );
    const of = { hour: '2022-10-29 13:00:00', revision: null, sent_at: null };
    expect(rows).toEqual([
      { ...of, sequence: '1', event_time: '2022-10-29 13:15:00' },
      { ...of, sequence: '2', event_time: '2022-10-29 13:15:07' },
    ]);
  });

  it('both moments, in order, when one commit passes both', async () => {
    await count({ [FEDE]: QUOTA + 1 });
    expect(await events()).toEqual(['warned 5001 of 5000', 'exceeded 5001 of 5000']);
  });

  it('nothing when it is refused', async () => {
    const refused = aCommit([{ bytes: QUOTA + 1 }], { epoch: 0 });
    await expect(stream.commitTotals(refused)).rejects.toMatchObject({ code: 'FENCE_LOST' });
    expect(await events()).toEqual([]);
  });

  it('a changed quota from the next commit on, once', async () => {
    await count({ [FEDE]: 6_000 });
    await setQuota(7_000);
    await count({ [FEDE]: 0 });
    await setQuota(QUOTA);
    await count({ [FEDE]: 10 });
    expect((await events()).slice(2)).toEqual(['warned 6000 of 7000']);
  });

  it('each state once, numbered without a gap, when many workers commit events of the same users at once', async () => {
    const partitions = [0, 1, 2, 3, 4, 5];
    const users = Array.from({ length: 100 }, (_, n) => `user ${n}`);
    await database('user_metadata').insert(users.map((id) => ({ id, name: id, email: id, quota: '10' })));
    await stream.claim(['totals'], partitions.slice(1));
    const commits = partitions.map(async (partition) => {
      for (let from = 0; from < 5; from += 1) {
        const order = partition % 2 === 0 ? users : users.toReversed();
        // Two of the partitions count for the next hour: commits for one user can lock different rows.
        const bytes = order.map((id) => ({ id, bytes: 1, second: partition % 3 === 0 ? 3_600 : 0 }));
        await stream.commitTotals(aCommit(bytes, { partition, from, to: from + 1 }));
      }
    });
    await Promise.all(commits);
    const { rows } = await database.raw<{ rows: object[] }>(`
      SELECT DISTINCT states, sequences
      FROM (
        SELECT string_agg(hour::time || ' ' || state, ', ' ORDER BY hour, number) AS states,
          string_agg(sequence::text, ', ' ORDER BY number) AS sequences
        FROM pipeline.quota_event GROUP BY id
      ) AS of_user`);
    expect(rows).toEqual([{ states: '13:00:00 warned, 13:00:00 exceeded, 14:00:00 warned', sequences: '1, 2, 3' }]);
  });
});

describe('the computation of a final hour records', () => {
  it('that a user is over quota as the stream has reported', async () => {
    await count({ [FEDE]: 6_000 });
    await compute({ [FEDE]: 6_100 });
    await compute({ [FEDE]: 6_200 });
    expect((await events()).slice(2)).toEqual(['confirmed 6100 of 5000']);
    const { rows } = await database.raw<{ rows: object[] }>(
      `SELECT sequence, event_time, revision FROM pipeline.quota_event WHERE state = 'confirmed'`,
    );
    expect(rows).toEqual([{ sequence: '3', event_time: null, revision: '7' }]);
  });

  it('that a quota was raised between stream and computation', async () => {
    await count({ [FEDE]: 6_000 });
    await setQuota(7_000);
    await compute({ [FEDE]: 6_000 });
    expect((await events()).slice(2)).toEqual(['withdrawn 6000 of 7000']);
  });

  it('that a quota was raised so far that a warned user is below 80 % of it', async () => {
    await count({ [FEDE]: 4_500 });
    await setQuota(5_600);
    await compute({ [FEDE]: 4_500 });
    expect(await events()).toEqual(['warned 4500 of 5000']);
    await setQuota(7_000);
    await compute({ [FEDE]: 4_500 });
    await compute({ [FEDE]: 4_400 });
    expect((await events()).slice(1)).toEqual(['withdrawn 4500 of 7000']);
  });

  it('that the archive has no event of a user whom the stream has warned', async () => {
    await count({ [FEDE]: 4_500 });
    await compute({});
    expect((await events()).slice(1)).toEqual(['withdrawn 0 of 5000']);
  });

  it('that a user is over quota whom the stream has not reported', async () => {
    await count({ [FEDE]: 4_500 });
    await compute({ [FEDE]: 5_001 });
    expect(await events()).toEqual(['warned 4500 of 5000', 'exceeded_late 5001 of 5000']);
    await count({ [FEDE]: 600 });
    expect(await events()).toHaveLength(2);
  });

  it('that the archive has no event of a user whom the stream has reported', async () => {
    await count({ [FEDE]: 6_000 });
    await compute({});
    expect((await events()).slice(2)).toEqual(['withdrawn 0 of 5000']);
  });

  it('that a reported user was deleted since', async () => {
    await count({ [FEDE]: 6_000 });
    await database('user_metadata').where({ id: FEDE }).delete();
    await compute({ [FEDE]: 6_000 });
    expect((await events()).slice(2)).toEqual(['withdrawn 6000 of 5000']);
  });

  it('nothing while the hour is not final', async () => {
    await count({ [FEDE]: 6_000 });
    await compute({ [FEDE]: 6_000 }, false);
    expect(await events()).toHaveLength(2);
    await compute({ [FEDE]: 6_000 });
    expect((await events()).slice(2)).toEqual(['confirmed 6000 of 5000']);
  });
});

const QUOTAS = [4n, 5n, 7n, 11n, 2n ** 53n + 1n, 2n ** 62n - 1n] as const;
const USERS = 40;

/** One step of a user: the quota of the moment, and bytes that are counted, or the usage that is computed. */
const step = fc.record({
  by: fc.constantFrom('stream', 'stream', 'batch'),
  quota: fc.constantFrom(...QUOTAS, null),
  bytes: fc.integer({ min: 0, max: 5 }),
  computed: fc.oneof(fc.bigInt(0n, 12n), fc.bigInt(2n ** 53n, 2n ** 53n + 2n)),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The reports of one user by the rule of libs/quota. */
function ruledReports(steps: readonly Step[]): readonly QuotaReport[] {
  let usage = 0n;
  return steps.reduce<readonly QuotaReport[]>((reports, { by, quota, bytes, computed }) => {
    if (by === 'batch') return [...reports, ...[reportOfBatch(reports, computed, quota ?? undefined) ?? []].flat()];
    usage += BigInt(bytes);
    return quota === null ? reports : [...reports, ...reportsOfStream(reports, usage, quota)];
  }, []);
}

describe('the events that the database records of generated histories', () => {
  it('are those of the rule of libs/quota', async () => {
    const kinds = fc.sample(fc.array(step, { minLength: 25, maxLength: 25 }), { numRuns: USERS, seed: 18 });
    const ids = kinds.map((_, n) => `user ${n}`);
    await database('user_metadata').insert(ids.map((id) => ({ id, name: id, email: id, quota: '0' })));
    // All users take the step of one kind together; `by` is that of the first user.
    const histories = kinds.map((steps) => steps.map((each, n) => ({ ...each, by: kinds[0]?.[n]?.by ?? each.by })));
    for (let n = 0; n < 25; n += 1) {
      const now = histories.map((steps) => steps[n]).filter((each) => each !== undefined);
      await Promise.all(now.map(({ quota }, user) => setQuota(quota, ids[user])));
      if (now[0]?.by === 'stream')
        await count(Object.fromEntries(now.map(({ bytes }, user) => [ids[user] ?? '', bytes])));
      else await compute(Object.fromEntries(now.map(({ computed }, user) => [ids[user] ?? '', computed])));
    }
    const { rows } = await database.raw<{ rows: { id: string; state: string; quota: string }[] }>(
      'SELECT id, state, quota FROM pipeline.quota_event ORDER BY number',
    );
    const stored = ids.map((id) =>
      rows.filter((row) => row.id === id).map(({ state, quota }) => ({ state, quota: BigInt(quota) })),
    );
    expect(stored).toEqual(histories.map(ruledReports));
    expect(new Set(rows.map(({ state }) => state)).size).toBe(5);
  });
});
