import { aClaimedWorker, aWorker, pass, settled } from './testing/a-worker.ts';
import { aBatch, badRecord, eventBatch } from './testing/records.ts';

/** Whether the promise returned by `waitForCapacity` is resolved. */
async function hasChanged(promise: Promise<unknown> | undefined): Promise<boolean> {
  await settled();
  return Promise.race([Promise.resolve(promise).then(() => true), settled().then(() => false)]);
}

describe('capacity for another batch', () => {
  it('ends at twice the records of a flush, and returns with the commit', async () => {
    const worker = await aClaimedWorker([0], { flushMaxEvents: 2 });
    const held = Promise.withResolvers<undefined>();
    worker.store.script.plan('commitTotals', held.promise);
    worker.ingestion.onBatch(eventBatch([0, 1]));
    expect(worker.ingestion.waitForCapacity(0)).toBeUndefined();
    worker.ingestion.onBatch(eventBatch([2, 3]));
    const full = worker.ingestion.waitForCapacity(0);
    expect(await hasChanged(full)).toBe(false);
    held.resolve(undefined);
    expect(await hasChanged(full)).toBe(true);
    expect(worker.ingestion.waitForCapacity(0)).toBeUndefined();
  });

  it('is withheld while the rows of a large commit are sent, and given again while its transaction runs', async () => {
    const worker = await aClaimedWorker([0], { flushMaxEvents: 2 });
    const sending = Promise.withResolvers<undefined>();
    worker.store.sending = sending.promise;
    worker.store.script.plan('commitTotals', Promise.withResolvers().promise);
    worker.ingestion.onBatch(eventBatch([0, 1]));
    const paused = worker.ingestion.waitForCapacity(0);
    expect(await hasChanged(paused)).toBe(false);
    sending.resolve(undefined);
    expect(await hasChanged(paused)).toBe(true);
    expect(worker.ingestion.waitForCapacity(0)).toBeUndefined();
    expect(worker.store.commits).toEqual([]);
  });

  it('ends at twice the dead-letter bytes of a flush', async () => {
    const worker = await aClaimedWorker([0], { flushMaxEvents: 100_000 });
    worker.store.script.plan('commitTotals', Promise.withResolvers().promise);
    const text = 'x'.repeat(4_096);
    for (const from of [0, 2_048]) {
      expect(worker.ingestion.waitForCapacity(0)).toBeUndefined();
      worker.ingestion.onBatch(aBatch(Array.from({ length: 2_048 }, (_, row) => badRecord(from + row, text))));
    }
    expect(worker.ingestion.waitForCapacity(0)).toBeDefined();
  });

  it('ends at twice the rows of a chunk, even after the totals are committed', async () => {
    const worker = await aClaimedWorker([0, 1], { archiveRollRows: 2 });
    const held = Promise.withResolvers<undefined>();
    worker.archive.script.plan('create', held.promise);
    worker.ingestion.onBatch(eventBatch([0, 1, 2]));
    expect(worker.ingestion.waitForCapacity(1)).toBeUndefined();
    worker.ingestion.onBatch(eventBatch([0], { partition: 1 }));
    await pass(worker, 1_000);
    const full = worker.ingestion.waitForCapacity(1);
    expect(await hasChanged(full)).toBe(false);
    held.resolve(undefined);
    expect(await hasChanged(full)).toBe(true);
    expect(worker.ingestion.waitForCapacity(1)).toBeUndefined();
  });

  it('never ends for a partition whose intent is redone, so that the intent can be completed', async () => {
    const worker = aWorker({ archiveRollRows: 2 });
    worker.source.hold(0);
    worker.source.hold(1);
    worker.store.intents.set(0, { startOffset: 0, endOffset: 9, decoderVersion: 1, paths: ['a'] });
    await worker.ingestion.onPartitionsAssigned([0, 1]);
    worker.archive.script.plan('create', Promise.withResolvers().promise);
    worker.ingestion.onBatch(eventBatch([0, 1, 2, 3], { partition: 1 }));
    expect(worker.ingestion.waitForCapacity(1)).toBeDefined();
    expect(worker.ingestion.waitForCapacity(0)).toBeUndefined();
    worker.ingestion.onBatch(eventBatch([0, 1, 2, 3, 4, 5]));
    expect(worker.ingestion.waitForCapacity(0)).toBeUndefined();
  });

  it('is not reduced for other partitions by the rows of a redone intent', async () => {
    const worker = aWorker({ archiveRollRows: 2 });
    worker.source.hold(0);
    worker.source.hold(1);
    const path = 'year=2022/month=10/day=29/hour=13/devices-0-000000000000-000000000009.parquet';
    worker.store.intents.set(0, { startOffset: 0, endOffset: 9, decoderVersion: 1, paths: [path] });
    worker.archive.script.plan('create', Promise.withResolvers().promise);
    await worker.ingestion.onPartitionsAssigned([0, 1]);
    worker.ingestion.onBatch(eventBatch([0, 1, 2, 3, 4, 5]));
    expect(worker.ingestion.waitForCapacity(1)).toBeUndefined();
    worker.ingestion.onBatch(eventBatch([6, 7, 8]));
    await settled();
    expect(worker.archive.script.calls).toEqual(['create']);
    expect(worker.ingestion.waitForCapacity(1)).toBeUndefined();
  });

  it('returns when the assignment is released', async () => {
    const worker = await aClaimedWorker([0], { flushMaxEvents: 1 });
    worker.store.script.plan('commitTotals', Promise.withResolvers().promise);
    worker.ingestion.onBatch(eventBatch([0]));
    worker.ingestion.onBatch(eventBatch([1]));
    const full = worker.ingestion.waitForCapacity(0);
    expect(full).toBeDefined();
    worker.ingestion.release();
    expect(await hasChanged(full)).toBe(true);
    expect(worker.ingestion.waitForCapacity(0)).toBeUndefined();
  });
});
