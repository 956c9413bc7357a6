import { finality } from '@antenna/hourly-batch';
import { type TestDatabase, testDatabase } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { openDatabase } from './database.ts';
import { PostgresHourStore } from './hour-store.ts';
import { PostgresPositionStore } from './position-store.ts';
import { StreamOperations } from './stream-operations.ts';
import { StreamProgress } from './stream-progress.ts';

const TOPIC = 'devices';

let provided: TestDatabase;
let database: Knex;
let progress: StreamProgress;

beforeEach(async () => {
  provided = await testDatabase();
  database = openDatabase({ url: provided.url }, { applicationName: 'test', poolMax: 8 });
  progress = new StreamProgress(database, TOPIC);
});

afterEach(async () => {
  await database.destroy();
  await provided.close();
});

async function claim(...sinks: readonly ('totals' | 'archive')[]): Promise<void> {
  const identity = { groupId: 'g', clusterId: 'c', archiveUrl: 'file:/a', allowedLatenessMs: 60_000, owner: 'a test' };
  await new PostgresPositionStore(database, { topic: TOPIC, ...identity }).claim(sinks, [0]);
}

const note = (end: number, everyMs?: number) => progress.noteEnds(() => Promise.resolve(new Map([[0, end]])), everyMs);

/** Sets the position of the sink, with a time of the move in the past. */
async function moveTo(sink: string, offset: number, ago = '0 s'): Promise<void> {
  await database.raw(
    `UPDATE pipeline.position SET next_offset = :offset, moved_at = clock_timestamp() - CAST(:ago AS interval) WHERE sink = :sink`,
    { sink, offset, ago },
  );
}

async function noteCount(): Promise<number> {
  const { rows } = await database.raw<{ rows: { count: string }[] }>('SELECT count(*) FROM pipeline.partition_end');
  return Number(rows[0]?.count);
}

/** The statuses that the batch layer reads. */
function hourStatuses() {
  return new PostgresHourStore(database, { archiveUrl: undefined, previewedUsers: 1 }).statuses();
}

async function archivedUntilMs(): Promise<number | undefined> {
  return (await hourStatuses()).partitions[0]?.archivedUntilMs;
}

/** The finality of the hour at 1970-01-01T00. */
async function finalityNow() {
  return finality({ hourMs: 0, awaitedEvents: 0 }, { ...(await hourStatuses()), allowedLatenessMs: 60_000 });
}

/** Shifts the noted times as if the clock of Postgres had been ahead by this interval. */
async function shiftNotes(ahead: string): Promise<void> {
  await database.raw('UPDATE pipeline.partition_end SET noted_at = noted_at + CAST(? AS interval)', [ahead]);
  await database.raw(
    `UPDATE pipeline.partition_progress SET
       noted_at = noted_at + CAST(:ahead AS interval), archived_until = archived_until + CAST(:ahead AS interval)`,
    { ahead },
  );
}

describe('the noted end offsets of a topic', () => {
  it('are shared by all workers that note within a few seconds', async () => {
    await claim('totals', 'archive');
    await note(10, 60_000);
    await note(20, 60_000);
    expect((await progress.partitions())[0]?.endOffset).toBe(10);
    await note(30);
    expect((await progress.partitions())[0]?.endOffset).toBe(30);
  });

  it('do not pile up for a worker without an archive sink', async () => {
    await claim('totals');
    for (const end of [10, 20, 30, 40]) {
      await note(end);
      await moveTo('totals', end);
    }
    expect(await noteCount()).toBeLessThanOrEqual(2);
  });

  it('stay at 500 or fewer while the archive is stopped', async () => {
    await claim('totals', 'archive');
    await database.raw(`
      INSERT INTO pipeline.partition_end (topic, partition, end_offset, first_noted_at, noted_at)
      SELECT 'devices', 0, n, clock_timestamp(), clock_timestamp() - (1001 - n) * interval '1 s' FROM generate_series(1, 1000) AS n`);
    await note(1_001);
    expect(await noteCount()).toBeLessThan(510);
    await note(1_002);
    expect(await noteCount()).toBeLessThanOrEqual(500);
    await moveTo('totals', 1_001);
    await moveTo('archive', 1_001);
    await note(1_003);
    expect(await archivedUntilMs()).toBeDefined();
    expect(await noteCount()).toBe(3);
  });

  it('ignore an end below a position, which shows that the log was truncated', async () => {
    await claim('totals', 'archive');
    await note(100);
    await moveTo('archive', 100, '1 min');
    await note(100);
    const before = await archivedUntilMs();
    await note(60);
    expect(await archivedUntilMs()).toBe(before);
    expect((await progress.partitions())[0]?.endOffset).toBe(100);
  });
});

describe('a clock of Postgres that was ahead', () => {
  beforeEach(async () => {
    await claim('totals', 'archive');
    await note(10);
    await moveTo('archive', 10, '1 min');
    await note(10);
  });

  it('makes no hour final after it is corrected', async () => {
    expect(await finalityNow()).toEqual({ isFinal: true });
    await shiftNotes('1 day');
    expect(await finalityNow()).toMatchObject({
      isFinal: false,
      reason: expect.stringContaining('the clock of the database was set back: partition 0 of devices') as string,
    });
    expect((await progress.partitions())[0]?.archivedUntilMs).toBeUndefined();
  });

  it('does not prevent new notes of the end offsets after it is corrected', async () => {
    await shiftNotes('1 day');
    await note(15);
    expect((await progress.partitions())[0]?.endOffset).toBe(15);
    expect(await archivedUntilMs()).toBeUndefined();
    await moveTo('archive', 15);
    await note(20);
    expect(Math.abs((await archivedUntilMs()) ?? 0) - Date.now()).toBeLessThan(60_000);
  });

  it('leaves no note of a worker that read it before the correction', async () => {
    await database.raw(
      `SELECT pipeline.note_partition_ends(3, 'devices', clock_timestamp() + interval '1 day', ARRAY[0], ARRAY[10::bigint])`,
    );
    expect(await archivedUntilMs()).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it('leaves notes that forget-notes deletes, also when the present time has passed them', async () => {
    expect(await new StreamOperations(database, TOPIC).forgetNotes()).toBe(1);
    expect(await archivedUntilMs()).toBeUndefined();
    await note(10);
    expect(await archivedUntilMs()).toBeDefined();
  });
});

describe('a partition whose end cannot be read', () => {
  const noteEndsOf = (...ends: [number, number | undefined][]) =>
    progress.noteEnds(() => Promise.resolve(new Map(ends)));

  it('is known from the first note on, so that hours wait for it', async () => {
    await claim('totals', 'archive');
    await noteEndsOf([0, 0], [1, undefined]);
    const { partitions } = await hourStatuses();
    expect(partitions.map(({ partition, archivedUntilMs }) => [partition, archivedUntilMs !== undefined])).toEqual([
      [0, true],
      [1, false],
    ]);
  });

  it('keeps its last known end offset', async () => {
    await claim('totals', 'archive');
    await noteEndsOf([0, 7]);
    await noteEndsOf([0, undefined]);
    expect((await progress.partitions())[0]).toMatchObject({ endOffset: 7 });
  });

  it('has an unknown lag, rather than 0, after its end was not read for 30 s', async () => {
    await claim('totals', 'archive');
    await noteEndsOf([0, 0]);
    expect((await progress.partitions())[0]?.lag).toEqual({ totals: 0, archive: 0 });
    await database.raw(`UPDATE pipeline.partition_progress SET noted_at = noted_at - interval '31 seconds'`);
    await noteEndsOf([0, undefined]);
    expect((await progress.partitions())[0]?.lag).toEqual({ totals: undefined, archive: undefined });
  });

  it('has an unknown lag before its end is noted for the first time', async () => {
    await claim('totals', 'archive');
    expect((await progress.partitions())[0]?.lag).toEqual({ totals: undefined, archive: undefined });
  });
});
