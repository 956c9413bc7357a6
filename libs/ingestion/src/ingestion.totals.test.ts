import { aClaimedWorker, pass, settled } from './testing/a-worker.ts';
import { aBatch, at, badRecord, eventBatch, eventRecord } from './testing/records.ts';

const LARGE_TEXT = 'x'.repeat(4096);

describe('a flush of the totals', () => {
  it('commits totals, dead letters and positions together, sorted by partition', async () => {
    const worker = await aClaimedWorker([1, 0]);
    worker.ingestion.onBatch(eventBatch([0], { partition: 1 }));
    worker.ingestion.onBatch(aBatch([eventRecord(0, { bytes: 7 }), badRecord(1)]));
    await pass(worker, 1_000);
    expect(worker.store.commits).toHaveLength(1);
    const [commit] = worker.store.commits;
    expect(commit?.moves.map(({ partition, from, to }) => [partition, from, to])).toEqual([
      [0, 0, 2],
      [1, 0, 1],
    ]);
    expect(commit?.deadLetters).toMatchObject([{ partition: 0, offset: 1, reason: 'not_json', payloadBytes: 8 }]);
    expect([...(commit?.userHours ?? [])]).toEqual([
      { hourStartMs: at('13:00:00'), id: 'ana', usage: 12n, latestEventTimeMs: at('13:17:00') },
    ]);
    expect(worker.store.totals).toEqual(['13:15 antenna north 12', '13:15 app SKYPE 12', '13:15 user ana 12']);
  });

  it('counts the events of each hour and partition, without dead letters', async () => {
    const worker = await aClaimedWorker([1, 0]);
    worker.ingestion.onBatch(eventBatch([0], { partition: 1 }));
    worker.ingestion.onBatch(aBatch([eventRecord(0, { bytes: 7 }), badRecord(1), eventRecord(4)]));
    await pass(worker, 1_000);
    expect(worker.store.commits[0]?.hourCounts).toEqual([
      { partition: 0, hourMs: at('13:00:00'), events: 2, eventBytes: 12n, lastOffset: 4 },
      { partition: 1, hourMs: at('13:00:00'), events: 1, eventBytes: 5n, lastOffset: 0 },
    ]);
  });

  it('stores the greatest event time and the last fingerprint of each partition', async () => {
    const worker = await aClaimedWorker();
    const late = eventRecord(1, { timestamp: '2022-10-29T09:00:00Z' });
    worker.ingestion.onBatch(aBatch([eventRecord(0), late], { nextOffset: 4 }));
    await pass(worker, 1_000);
    const move = worker.store.commits[0]?.moves[0];
    expect([move?.greatestEventTimeMs, move?.fingerprint?.offset]).toEqual([at('13:17:00'), 1]);
  });

  it('counts a late event in its own window', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0]));
    await pass(worker, 1_000);
    worker.ingestion.onBatch(aBatch([eventRecord(1, { timestamp: '2022-10-29T02:31:00Z', bytes: 3 })]));
    await pass(worker, 1_000);
    expect(worker.store.totals.filter((row) => row.includes('user'))).toEqual(['02:30 user ana 3', '13:15 user ana 5']);
  });

  it('is due when the oldest unsaved record has waited for the interval', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0]));
    await pass(worker, 600);
    worker.ingestion.onBatch(eventBatch([1]));
    await pass(worker, 399);
    expect(worker.store.commits).toHaveLength(0);
    await pass(worker, 1);
    expect(worker.store.commits).toHaveLength(1);
    await pass(worker, 5_000);
    expect(worker.store.commits).toHaveLength(1);
  });

  it('waits for twice the interval while the lag exceeds its records', async () => {
    const worker = await aClaimedWorker([0, 1]);
    worker.ingestion.onBatch(eventBatch([0, 1], { highWatermark: 4 }));
    worker.ingestion.onBatch(eventBatch([0], { partition: 1, highWatermark: 3 }));
    await pass(worker, 1_999);
    expect(worker.store.commits).toHaveLength(0);
    await pass(worker, 1);
    expect(worker.store.commits).toHaveLength(1);
  });

  describe('of a window of many users in a backlog', () => {
    const users = Array.from({ length: 100_000 }, (_, offset) => eventRecord(offset, { id: `user ${offset}` }));
    const backlog = aBatch(users, { highWatermark: 100_000_000 });
    const settings = { sinks: ['totals'] as const, flushMaxEvents: 1_000_000 };

    const next = users.map((_, index) => eventRecord(100_000 + index, { id: `user ${index}` }));

    it('waits for a minute, but not the first one of an assignment: one that soon ends gets on, too', async () => {
      const worker = await aClaimedWorker([0], settings);
      worker.ingestion.onBatch(backlog);
      await pass(worker, 4_000);
      expect(worker.store.commits).toHaveLength(1);
      worker.ingestion.onBatch(aBatch(next, { highWatermark: 100_000_000 }));
      await pass(worker, 59_999);
      expect(worker.store.commits).toHaveLength(1);
      await pass(worker, 1);
      expect(worker.store.commits).toHaveLength(2);
    });

    it('lets the next one grow beyond the usual maximum of records while the first one is under way', async () => {
      const worker = await aClaimedWorker([0], { ...settings, flushMaxEvents: 100_000 });
      worker.store.script.plan('commitTotals', Promise.withResolvers<undefined>().promise);
      worker.ingestion.onBatch(backlog);
      worker.ingestion.onBatch(aBatch(next, { highWatermark: 100_000_000 }));
      expect(worker.ingestion.waitForCapacity(0)).toBeUndefined();
    });

    it('waits for a minute if it is the first one of a drain, but not once partitions were assigned anew', async () => {
      const worker = await aClaimedWorker([0], { ...settings, isDrain: true });
      worker.ingestion.onBatch(backlog);
      await pass(worker, 59_999);
      expect(worker.store.commits).toHaveLength(0);
      await worker.ingestion.onPartitionsAssigned([0]);
      worker.ingestion.onBatch(backlog);
      await pass(worker, 4_000);
      expect(worker.store.commits).toHaveLength(1);
    });

    it('waits for one interval only where the backlog is in a partition without a leader', async () => {
      const worker = await aClaimedWorker([0, 1], settings);
      worker.ingestion.onBatch(backlog);
      await pass(worker, 4_000);
      worker.ingestion.onBatch(aBatch(next));
      worker.ingestion.onBatch(eventBatch([0], { partition: 1, highWatermark: 100_000_000 }));
      worker.source.loseLeader(1);
      worker.ingestion.verifyOffsets(await worker.source.offsets());
      await pass(worker, 1_000);
      expect(worker.store.commits).toHaveLength(2);
    });
  });

  it('is due after the interval as soon as the lag does not exceed its records', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0], { highWatermark: 5 }));
    await pass(worker, 1_000);
    expect(worker.store.commits).toHaveLength(0);
    worker.ingestion.onBatch(eventBatch([1, 2], { highWatermark: 6 }));
    await settled();
    expect(worker.store.commits).toHaveLength(1);
  });

  it('is due at the maximum number of records, events and dead letters together', async () => {
    const worker = await aClaimedWorker([0], { flushMaxEvents: 3 });
    worker.ingestion.onBatch(aBatch([eventRecord(0), badRecord(1)]));
    expect(worker.store.script.calls).not.toContain('commitTotals');
    worker.ingestion.onBatch(eventBatch([2]));
    expect(worker.store.script.calls).toContain('commitTotals');
    await settled();
  });

  it('is due at the maximum bytes of dead letters', async () => {
    const worker = await aClaimedWorker([0], { flushMaxEvents: 100_000 });
    const rejected = (from: number) => Array.from({ length: 1_024 }, (_, row) => badRecord(from + row, LARGE_TEXT));
    worker.ingestion.onBatch(aBatch(rejected(0)));
    expect(worker.store.script.calls).not.toContain('commitTotals');
    worker.ingestion.onBatch(aBatch(rejected(1_024)));
    expect(worker.store.script.calls).toContain('commitTotals');
    await settled();
  });

  it('runs one at a time, and records that arrive meanwhile share the next one', async () => {
    const worker = await aClaimedWorker([0], { flushMaxEvents: 1 });
    const held = Promise.withResolvers<undefined>();
    worker.store.script.plan('commitTotals', held.promise);
    for (const offset of [0, 1, 2]) worker.ingestion.onBatch(eventBatch([offset]));
    await settled();
    expect(worker.store.script.calls.filter((call) => call === 'commitTotals')).toHaveLength(1);
    held.resolve(undefined);
    await settled();
    expect(worker.store.commits.map(({ moves }) => moves.map(({ from, to }) => [from, to]))).toEqual([
      [[0, 1]],
      [[1, 3]],
    ]);
  });

  it('commits its offsets to the consumer group only after the commit', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1]));
    const held = Promise.withResolvers<undefined>();
    worker.store.script.plan('commitTotals', held.promise);
    await pass(worker, 1_000);
    expect(worker.source.shown).toEqual(new Map());
    held.resolve(undefined);
    await settled();
    expect(worker.source.shown).toEqual(new Map([[0, 2]]));
  });

  it('moves the position when all records are rejected', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(aBatch([badRecord(0), badRecord(1)]));
    await worker.ingestion.saveAll();
    expect(worker.store.nextOffset('totals', 0)).toBe(2);
    expect(worker.store.deadLetters.map(({ offset }) => offset)).toEqual([0, 1]);
  });
});

describe('a commit that is fenced off', () => {
  it('makes the worker discard its records and claim again, so that every record counts once', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await aClaimedWorker([0], worker);
    await pass(worker, 1_000);
    expect([worker.ingestion.isClaimed, worker.source.reclaims]).toEqual([false, 1]);
    expect(worker.observed).toContainEqual({
      kind: 'refused',
      operation: 'commit totals',
      message: 'moved or claimed',
    });
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await worker.ingestion.saveAll();
    expect(worker.store.totals).toContain('13:15 user ana 10');
  });

  it('is ignored when the partitions have been assigned anew since', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1]));
    const held = Promise.withResolvers<undefined>();
    worker.store.script.plan('commitTotals', held.promise);
    await pass(worker, 1_000);
    await worker.ingestion.onPartitionsAssigned([0]);
    held.resolve(undefined);
    await settled();
    expect([worker.ingestion.isClaimed, worker.source.reclaims]).toEqual([true, 0]);
    expect(worker.store.commits).toEqual([]);
  });
});

describe('a commit whose answer is lost', () => {
  it('is repeated, fenced off because it had succeeded, and counted once', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1]));
    worker.store.script.plan('commitTotals', 'lose answer');
    await pass(worker, 1_000);
    expect(worker.source.reclaims).toBe(1);
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.store.totals).toContain('13:15 user ana 10');
    expect(worker.store.nextOffset('totals', 0)).toBe(2);
  });

  it('is repeated and succeeds when it had failed', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1]));
    worker.store.script.plan('commitTotals', 'fail', 'fail');
    await pass(worker, 1_000);
    expect(worker.store.totals).toContain('13:15 user ana 10');
    expect(worker.source.reclaims).toBe(0);
  });
});
