import { rm } from 'node:fs/promises';
import {
  appCommand,
  rowsOf,
  runProgram,
  temporaryFolder,
  type TemporaryFolder,
  testDatabase,
  type TestDatabase,
  testTopic,
} from '@antenna/test-kit';
import { benchKafka } from '../kafka/kafka-topics.ts';
import { withDatabase } from '../stack/database.ts';
import { workerEnvironment } from '../stack/run-place.ts';
import { subscriberId } from './subscriber-ids.ts';
import { sendSubscribers, type SubscriberTopic } from './subscriber-topic.ts';
import { addSubscribers } from './subscriber-users.ts';
import { verifySubscribers, verifyUserHours } from './verify-subscribers.ts';

const workload = { users: 500, eventsPerWindow: 2, windows: 2 };
const WINDOW = '2026-01-15T00:05:00Z user_total_bytes';

describe('the result of draining a topic of many subscribers', () => {
  let database: TestDatabase;
  let folder: TemporaryFolder;
  let at: { readonly databaseUrl: string; readonly archive: string };
  let loaded: SubscriberTopic;

  beforeAll(async () => {
    [database, folder] = await Promise.all([testDatabase(), temporaryFolder()]);
    // Only for its unique name: the workload makes its own topic.
    const unused = await testTopic();
    await unused.close();
    const [brokers, topic] = [unused.brokers.join(','), `${unused.topic}-subscribers`];
    const truth = await sendSubscribers({ kafka: benchKafka(brokers), brokers, topic }, workload);
    const place = { databaseUrl: database.url, brokers, groupId: topic, archive: `${folder.path}/archive` };
    await withDatabase(database.url, addSubscribers(workload));
    await runProgram(appCommand('speed-layer', ['drain'], workerEnvironment({ ...place, scratch: folder.path })));
    [at, loaded] = [place, { topic, workload, truth }];
  });

  afterAll(() => Promise.all([database.close(), folder.close()]));

  /** Changes rows, and takes the change back after the verification. */
  async function verifiedAfter(change: string, restore: string, verify: typeof verifySubscribers): Promise<void> {
    await rowsOf(database.url, change);
    try {
      await verify(at, loaded);
    } finally {
      await rowsOf(database.url, restore);
    }
  }

  const [first, second] = [subscriberId(1), subscriberId(2)];
  const rowOf = `type = 'user_total_bytes' AND "timestamp" = '2026-01-15 00:05' AND id`;

  it('is accepted as the drain has left it', async () => {
    await expect(verifySubscribers(at, loaded)).resolves.toBeUndefined();
    await expect(verifyUserHours(at, loaded)).resolves.toBeUndefined();
  });

  it('is refused with one byte too many in one row', async () => {
    const add = (bytes: number) => `UPDATE bytes SET value = value + ${bytes} WHERE ${rowOf} = '${first}'`;
    await expect(verifiedAfter(add(1), add(-1), verifySubscribers)).rejects.toThrow(`${WINDOW} checksum: expected`);
  });

  it('is refused with the values of two rows swapped', async () => {
    const swap = `
      UPDATE bytes AS one SET value = other.value
      FROM bytes AS other
      WHERE one.type = other.type AND one."timestamp" = other."timestamp" AND one."timestamp" = '2026-01-15 00:05'
        AND (one.id, other.id) IN (('${first}', '${second}'), ('${second}', '${first}'))`;
    await expect(verifiedAfter(swap, swap, verifySubscribers)).rejects.toThrow(
      new RegExp(`^bytes: 1 rows differ: .*\n.*${WINDOW} checksum: expected`),
    );
  });

  it('is refused without one row', async () => {
    const remove = `DELETE FROM bytes WHERE ${rowOf} = '${first}'`;
    const [row] = await rowsOf<{ value: string }>(database.url, `SELECT value FROM bytes WHERE ${rowOf} = '${first}'`);
    const restore = `
      INSERT INTO bytes ("timestamp", type, id, value)
      VALUES ('2026-01-15 00:05', 'user_total_bytes', '${first}', ${row?.value ?? ''})`;
    await expect(verifiedAfter(remove, restore, verifySubscribers)).rejects.toThrow(`${WINDOW} rows: expected 500`);
  });

  it('is refused with a wrong hour of a user', async () => {
    const add = (bytes: number) => `UPDATE pipeline.user_hour_usage SET usage = usage + ${bytes} WHERE id = '${first}'`;
    await expect(verifiedAfter(add(1), add(-1), verifyUserHours)).rejects.toThrow(
      'user_hour_usage: 2 rows differ: 0 missing, 0 extra, 2 different',
    );
  });

  it('gives a quota to each user, which nearly all of one in twenty pass and no other', async () => {
    const [counted] = await rowsOf(
      database.url,
      `SELECT count(*)::int AS users, count(*) FILTER (WHERE usage > quota)::int AS over,
        count(*) FILTER (WHERE usage > quota AND substr(name, 5)::int % 20 <> 0)::int AS others
      FROM user_metadata JOIN pipeline.user_hour_usage USING (id)`,
    );
    expect(counted).toEqual({ users: 500, over: expect.any(Number) as number, others: 0 });
    expect(counted?.['over']).toBeGreaterThan(20);
  });

  it('is refused without an archive', async () => {
    await rm(at.archive, { recursive: true });
    await expect(verifySubscribers(at, loaded)).rejects.toThrow('the archive holds 0 events instead of 2000');
  });
});
