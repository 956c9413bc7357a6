import { fingerprintOf } from './fingerprint.ts';
import { aClaimedWorker, aWorker, faultIn, pass, settled } from './testing/a-worker.ts';
import { aBatch, eventBatch, eventRecord } from './testing/records.ts';

describe('a claim', () => {
  it('reads every partition from its lowest position', async () => {
    const { store, ...worker } = aWorker();
    worker.source.hold(0);
    worker.source.hold(1);
    store.setPosition('totals', 0, { nextOffset: 40 });
    store.setPosition('archive', 0, { nextOffset: 30 });
    store.setPosition('totals', 1, { nextOffset: 7 });
    store.setPosition('archive', 1, { nextOffset: 8 });
    await worker.ingestion.onPartitionsAssigned([0, 1]);
    expect(worker.source.reads).toEqual(['0@30', '1@7']);
    expect(worker.ingestion.assignedPartitions).toEqual([0, 1]);
  });

  it('may be of no partition at all', async () => {
    const { ingestion, source } = await aClaimedWorker([]);
    expect([ingestion.isClaimed, ingestion.assignedPartitions, source.reads]).toEqual([true, [], []]);
  });

  it('throws everything unsaved away first, also of the partitions that stay', async () => {
    const worker = await aClaimedWorker([0, 1]);
    worker.ingestion.onBatch(eventBatch([0, 1, 2]));
    const claimed = worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.ingestion.isClaimed).toBe(false);
    await claimed;
    await pass(worker, 10_000);
    expect([worker.store.totals, worker.archive.paths]).toEqual([[], []]);
    expect(worker.source.reads.at(-1)).toBe('0@0');
  });

  it('takes nothing while it is under way', async () => {
    const worker = await aClaimedWorker();
    const claimed = worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.ingestion.onBatch(eventBatch([0]))).toBe(false);
    await claimed;
    expect(worker.ingestion.onBatch(eventBatch([0]))).toBe(true);
  });

  it('is made again while the database does not answer', async () => {
    const worker = aWorker();
    worker.source.hold(0);
    worker.store.script.plan('claim', 'fail', 'lose answer');
    worker.source.script.plan('offsets', 'fail');
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.source.reads).toEqual(['0@0']);
  });

  it('counts for nothing when a later one was begun meanwhile', async () => {
    const worker = aWorker();
    worker.source.hold(1);
    const held = Promise.withResolvers<undefined>();
    worker.store.script.plan('claim', held.promise);
    const first = worker.ingestion.onPartitionsAssigned([0]);
    await worker.ingestion.onPartitionsAssigned([1]);
    held.resolve(undefined);
    await first;
    expect(worker.ingestion.assignedPartitions).toEqual([1]);
    expect(worker.source.reads).toEqual(['1@0']);
  });

  it('counts for nothing when everything was given up meanwhile', async () => {
    const worker = aWorker();
    worker.source.hold(0);
    const claimed = worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.release();
    await claimed;
    expect([worker.ingestion.isClaimed, worker.source.reads]).toEqual([false, []]);
  });

  it('locks out whoever held the partition before', async () => {
    const before = await aClaimedWorker();
    before.ingestion.onBatch(eventBatch([0, 1]));
    const after = await aClaimedWorker([0], before);
    await before.ingestion.saveAll();
    expect(before.store.totals).toEqual([]);
    after.ingestion.onBatch(eventBatch([0, 1]));
    await after.ingestion.saveAll();
    expect(after.store.totals).toEqual(['13:15 antenna north 10', '13:15 app SKYPE 10', '13:15 user ana 10']);
  });
});

describe('a position that the topic does not hold', () => {
  it('stops the partition when the records have been deleted unread', async () => {
    const worker = aWorker();
    worker.source.hold(0, { earliest: 50 });
    worker.store.setPosition('totals', 0, { nextOffset: 60 });
    worker.store.setPosition('archive', 0, { nextOffset: 42 });
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(faultIn(worker)).toMatch(
      /^DATA_GAP: position 42 of archive on partition 0 is older than the oldest record 50/,
    );
    expect([worker.ingestion.isClaimed, worker.source.reads]).toEqual([true, []]);
  });

  it('is no reason to stop when others saved those records while the worker slept over its claim', async () => {
    const worker = aWorker();
    worker.source.hold(0);
    const asleep = Promise.withResolvers<undefined>();
    worker.source.script.plan('offsets', Promise.resolve(), asleep.promise);
    const claimed = worker.ingestion.onPartitionsAssigned([0]);
    await settled();
    worker.source.hold(0, { earliest: 5 });
    asleep.resolve(undefined);
    await claimed;
    expect(worker.ingestion.isClaimed).toBe(true);
  });

  it('stops the partition when it is newer than the newest record', async () => {
    const worker = aWorker();
    worker.source.hold(0, { latest: 10 });
    worker.store.setPosition('totals', 0, { nextOffset: 11 });
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(faultIn(worker)).toMatch(/^LOG_TRUNCATED: .* is newer than the newest offset 10/);
  });

  it('is fine when it is the offset that the next record will get', async () => {
    const worker = aWorker();
    worker.source.hold(0, { earliest: 10, latest: 10 });
    worker.store.setPosition('totals', 0, { nextOffset: 10 });
    worker.store.setPosition('archive', 0, { nextOffset: 10 });
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.source.reads).toEqual(['0@10']);
  });

  it('stops the partition when the whole partition is gone', async () => {
    const worker = aWorker();
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(faultIn(worker)).toMatch(/^TOPIC_RECREATED: .* the topic has no such partition any more/);
  });

  it('stops the partition when a chunk that was begun ends beyond the topic', async () => {
    const worker = aWorker();
    worker.source.hold(0, { latest: 10 });
    worker.store.intents.set(0, { startOffset: 0, endOffset: 11, decoderVersion: 1, paths: ['a'] });
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(faultIn(worker)).toContain('a chunk up to offset 11 was begun, the topic ends at 10');
  });

  it('is noticed later, too: what was taken is saved, then a claim of the partition tells', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1, 2]));
    worker.ingestion.verifyOffsets(new Map([[0, { earliest: 3, latest: 9, stable: 9 }]]));
    expect(worker.ingestion.onBatch(eventBatch([3]))).toBe(true);
    worker.source.hold(0, { earliest: 5, latest: 9 });
    worker.ingestion.verifyOffsets(await worker.source.offsets());
    expect(worker.ingestion.onBatch(eventBatch([4]))).toBe(false);
    await pass(worker, 1_000);
    await pass(worker, 0);
    expect([worker.store.nextOffset('totals', 0), worker.store.nextOffset('archive', 0)]).toEqual([4, 4]);
    expect(faultIn(worker)).toMatch(/^DATA_GAP: position 4 of/);
    expect(worker.source.reclaims).toBe(0);
  });

  it('is no fault for a worker that slept while others saved those records', async () => {
    const worker = await aClaimedWorker();
    worker.store.setPosition('totals', 0, { nextOffset: 7 });
    worker.store.setPosition('archive', 0, { nextOffset: 7 });
    worker.source.hold(0, { earliest: 5 });
    worker.ingestion.verifyOffsets(await worker.source.offsets());
    await settled();
    expect(worker.source.reads).toEqual(['0@0', '0@7']);
    expect(faultIn(worker)).toBe('none');
  });
});

describe('the record before a position', () => {
  const seen = eventRecord(41, { id: 'ana' });

  function aSuccessor() {
    const worker = aWorker();
    worker.source.hold(0);
    const fingerprint = fingerprintOf(seen);
    worker.store.setPosition('totals', 0, { nextOffset: 43, fingerprint });
    worker.store.setPosition('archive', 0, { nextOffset: 43, fingerprint });
    return worker;
  }

  it('is read again to compare it, and counted no second time', async () => {
    const worker = aSuccessor();
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.source.reads).toEqual(['0@41']);
    worker.ingestion.onBatch(aBatch([seen, eventRecord(43, { id: 'eva' })]));
    await worker.ingestion.saveAll();
    expect(worker.store.totals).toEqual(['13:15 antenna north 5', '13:15 app SKYPE 5', '13:15 user eva 5']);
    expect(worker.archive.paths.map((path) => worker.archive.offsets(path))).toEqual([[43]]);
  });

  it('stops the partition when it is another one', async () => {
    const worker = aSuccessor();
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.ingestion.onBatch(aBatch([eventRecord(41, { id: 'eva' })]))).toBe(false);
    expect(faultIn(worker)).toContain('the record at offset 41 is not the one seen there');
  });

  it('stops the partition when its offset holds no record any more, but a marker or an aborted record', async () => {
    const worker = aSuccessor();
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.ingestion.onBatch(aBatch([], { fetchedOffset: 41, nextOffset: 42 }))).toBe(false);
    expect(faultIn(worker)).toContain('no record is at offset 41');
  });

  it('stops the partition when the next record comes without it', async () => {
    const worker = aSuccessor();
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.ingestion.onBatch(aBatch([eventRecord(43)], { fetchedOffset: 41 }))).toBe(false);
    expect(faultIn(worker)).toContain('is not the one seen there');
  });

  it('need not be there any more', async () => {
    const worker = aSuccessor();
    worker.source.hold(0, { earliest: 42 });
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.source.reads).toEqual(['0@43']);
  });

  it('may be deleted before it is read: no sink lacks it', async () => {
    const worker = aSuccessor();
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.source.hold(0, { earliest: 42 });
    worker.ingestion.verifyOffsets(await worker.source.offsets());
    worker.ingestion.onBatch(aBatch([], { fetchedOffset: 42, nextOffset: 43 }));
    await settled();
    expect(worker.ingestion.isClaimed).toBe(true);
    expect(worker.source.reads).toEqual(['0@41', '0@42']);
  });
});
