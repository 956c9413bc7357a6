import { aClaimedWorker, aWorker, failureOf, settled } from './testing/a-worker.ts';
import { eventBatch } from './testing/records.ts';

describe('saving all taken records', () => {
  it('makes them durable in both sinks before a flush or a chunk is due', async () => {
    const worker = await aClaimedWorker([0, 1]);
    worker.ingestion.onBatch(eventBatch([0, 1]));
    worker.ingestion.onBatch(eventBatch([0], { partition: 1 }));
    await worker.ingestion.saveAll();
    const positions = [0, 1].flatMap((partition) => [
      worker.store.nextOffset('totals', partition),
      worker.store.nextOffset('archive', partition),
    ]);
    expect(positions).toEqual([2, 2, 1, 1]);
  });

  it('includes records that are taken while a commit is under way', async () => {
    const worker = await aClaimedWorker();
    const held = Promise.withResolvers<undefined>();
    worker.store.script.plan('commitTotals', held.promise);
    worker.ingestion.onBatch(eventBatch([0]));
    const saved = worker.ingestion.saveAll();
    worker.ingestion.onBatch(eventBatch([1]));
    held.resolve(undefined);
    await saved;
    expect([worker.store.nextOffset('totals', 0), worker.store.nextOffset('archive', 0)]).toEqual([2, 2]);
  });

  it('does not wait for the rest of a redone intent', async () => {
    const worker = aWorker();
    worker.source.hold(0);
    worker.store.intents.set(0, { startOffset: 0, endOffset: 9, decoderVersion: 1, paths: ['a'] });
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await worker.ingestion.saveAll();
    expect([worker.store.nextOffset('totals', 0), worker.store.nextOffset('archive', 0)]).toEqual([2, 0]);
  });

  it('makes no call when no record was taken, or no partition is claimed', async () => {
    const worker = await aClaimedWorker();
    await worker.ingestion.saveAll();
    worker.ingestion.release();
    await worker.ingestion.saveAll();
    expect(worker.store.script.calls).toEqual(['claim']);
  });

  it('returns when the assignment is lost meanwhile', async () => {
    const worker = await aClaimedWorker();
    worker.store.script.plan('commitTotals', Promise.withResolvers().promise);
    worker.ingestion.onBatch(eventBatch([0]));
    const saved = worker.ingestion.saveAll();
    worker.ingestion.release();
    await saved;
    expect(worker.store.commits).toEqual([]);
  });
});

describe('a released assignment', () => {
  it('saves no record to any sink', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0]));
    worker.ingestion.release();
    worker.clock.ms += 60_000;
    worker.ingestion.tick();
    await settled();
    expect([worker.store.script.calls, worker.ingestion.onBatch(eventBatch([1]))]).toEqual([['claim'], false]);
  });

  it('is claimed again when partitions are assigned again', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.release();
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.ingestion.onBatch(eventBatch([0]))).toBe(true);
  });
});

describe('the records below given end offsets', () => {
  it('have been taken when every claimed partition has reached its end offset', async () => {
    const worker = await aClaimedWorker([0, 1]);
    const ends = new Map([
      [0, 2],
      [1, 1],
      [2, 70],
    ]);
    worker.ingestion.onBatch(eventBatch([0, 1]));
    expect(worker.ingestion.hasProcessed(ends)).toBe(false);
    worker.ingestion.onBatch(eventBatch([0, 1, 2], { partition: 1 }));
    expect(worker.ingestion.hasProcessed(ends)).toBe(true);
  });

  it('have not been taken while no partition is claimed', () => {
    expect(aWorker().ingestion.hasProcessed(new Map())).toBe(false);
  });
});

describe('a permanent failure', () => {
  it('of a commit stops the worker and releases its partitions', async () => {
    const worker = await aClaimedWorker();
    worker.store.script.plan('commitTotals', Promise.reject(new Error('no such table')));
    worker.ingestion.onBatch(eventBatch([0]));
    await worker.ingestion.saveAll();
    expect(await failureOf(worker)).toEqual(new Error('no such table'));
    expect([worker.ingestion.isClaimed, worker.source.reclaims]).toEqual([false, 0]);
  });

  it('of a claim stops the worker', async () => {
    const worker = aWorker();
    worker.store.script.plan('claim', Promise.reject(new Error('another stream')));
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(await failureOf(worker)).toEqual(new Error('another stream'));
  });
});
