import { temporaryFolder, type TemporaryFolder, testDatabase, type TestDatabase, testTopic } from '@antenna/test-kit';
import type { RunPlace } from '../stack/run-place.ts';
import { compactionLoad } from './compaction-load.ts';
import { drainLoad } from './drain-load.ts';
import { hourLoad } from './hour-load.ts';
import { overload } from './overload.ts';

const FROM_MS = Date.UTC(2022, 9, 29, 13);
const FIVE_MINUTES_MS = 300_000;
/** Events whose compaction takes a second: the use of the disk is sampled every 50 ms. */
const EVENTS_OF_A_SECOND = 400_000;
const SHAPE = { events: 4_000, users: 50, antennas: 5, apps: 4, fromMs: FROM_MS, spanMs: 12 * FIVE_MINUTES_MS };

describe('a load', () => {
  let database: TestDatabase;
  let folder: TemporaryFolder;
  let at: RunPlace;

  beforeEach(async () => {
    [database, folder] = await Promise.all([testDatabase(), temporaryFolder()]);
    // Only for its unique name: the load makes its own topic.
    const topic = await testTopic();
    await topic.close();
    const [brokers, groupId] = [topic.brokers.join(','), `${topic.topic}-load`];
    at = { databaseUrl: database.url, brokers, groupId, archive: `${folder.path}/archive`, scratch: folder.path };
  });

  afterEach(async () => {
    await Promise.all([database.close(), folder.close()]);
  });

  it('leaves the totals exact while a worker falls behind', async () => {
    const periods = { durationMs: 3_000, periodMs: 1_000, rate: undefined };
    const result = await overload(at, { shape: SHAPE, partitions: 3, ...periods });
    expect(result.periods).toHaveLength(3);
    expect(result.counted).toBeGreaterThan(0);
  });

  it.each([
    ['a hot key', { users: 1, antennas: 1, apps: 1 }, 3],
    ['a user for each event of one window', { users: SHAPE.events, spanMs: FIVE_MINUTES_MS }, 3],
    ['more partitions than users', {}, 100],
    ['devices with broken clocks', { brokenClockEvery: 10 }, 3],
  ])('is drained exactly: %s', async (_name, changes, partitions) => {
    const shape = { ...SHAPE, ...changes };
    const { events, rows } = await drainLoad(at, { shape, blocks: 2, partitions });
    expect(events).toBe(2 * shape.events);
    expect(rows).toBeGreaterThan(0);
  });

  it('is computed exactly: an hour of many events', async () => {
    const { rows } = await hourLoad(at, { ...SHAPE, hourMs: FROM_MS });
    expect(rows).toBe(SHAPE.users + SHAPE.antennas + SHAPE.apps);
  });

  it('is compacted exactly, and the disk that this took is known', async () => {
    const { rows, archiveBytes, compactedBytes, temporaryBytes } = await compactionLoad(at, {
      ...SHAPE,
      events: EVENTS_OF_A_SECOND,
      hourMs: FROM_MS,
    });
    expect(rows).toBe(EVENTS_OF_A_SECOND);
    expect(archiveBytes).toBeGreaterThan(0);
    expect(temporaryBytes).toBeGreaterThanOrEqual(compactedBytes);
  });
});
