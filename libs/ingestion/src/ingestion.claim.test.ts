import { fingerprintOf } from './fingerprint.ts';
import { aClaimedWorker, aWorker, faultIn, pass, settled } from './testing/a-worker.ts';
import { aBatch, eventBatch, eventRecord } from './testing/records.ts';

describe('a claim of partitions', () => {
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

  it('may contain no partition at all', async () => {
    const { ingestion, source } = await aClaimedWorker([]);
    expect([ingestion.isClaimed, ingestion.assignedPartitions, source.reads]).toEqual([true, [], []]);
  });

  it('first discards all unsaved records, also those of partitions that stay assigned', async () => {
    const worker = await aClaimedWorker([0, 1]);
    worker.ingestion.onBatch(eventBatch([0, 1, 2]));
    const claimed = worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.ingestion.isClaimed).toBe(false);
    await claimed;
    await pass(worker, 10_000);
    expect([worker.store.totals, worker.archive.paths]).toEqual([[], []]);
    expect(worker.source.reads.at(-1)).toBe('0@0');
  });

  it('lets the worker take no batch while it is under way', async () => {
    const worker = await aClaimedWorker();
    const claimed = worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.ingestion.onBatch(eventBatch([0]))).toBe(false);
    await claimed;
    expect(worker.ingestion.onBatch(eventBatch([0]))).toBe(true);
  });

  it('is repeated while the database does not answer', async () => {
    const worker = aWorker();
    worker.source.hold(0);
    worker.store.script.plan('claim', 'fail', 'lose answer');
    worker.source.script.plan('offsets', 'fail');
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.source.reads).toEqual(['0@0']);
  });

  it('is ignored when a later claim began before it ended', async () => {
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

  it('is ignored when the worker released its partitions before it ended', async () => {
    const worker = aWorker();
    worker.source.hold(0);
    const claimed = worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.release();
    await claimed;
    expect([worker.ingestion.isClaimed, worker.source.reads]).toEqual([false, []]);
  });

  it('fences off the previous owner of the partition', async () => {
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
  it('stops the partition when retention has deleted unread records', async () => {
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

  it('does not stop the partition when others saved the records while the worker was frozen in its claim', async () => {
    const worker = aWorker();
    worker.source.hold(0);
    const frozen = Promise.withResolvers<undefined>();
    worker.source.script.plan('offsets', Promise.resolve(), frozen.promise);
    const claimed = worker.ingestion.onPartitionsAssigned([0]);
    await settled();
    worker.source.hold(0, { earliest: 5 });
    frozen.resolve(undefined);
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

  it('does not stop the partition when it is the offset of the next record to be written', async () => {
    const worker = aWorker();
    worker.source.hold(0, { earliest: 10, latest: 10 });
    worker.store.setPosition('totals', 0, { nextOffset: 10 });
    worker.store.setPosition('archive', 0, { nextOffset: 10 });
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.source.reads).toEqual(['0@10']);
  });

  it('stops the partition when the topic does not have the partition any more', async () => {
    const worker = aWorker();
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(faultIn(worker)).toMatch(/^TOPIC_RECREATED: .* the topic has no such partition any more/);
  });

  it('stops the partition when an open intent ends beyond the end of the log', async () => {
    const worker = aWorker();
    worker.source.hold(0, { latest: 10 });
    worker.store.intents.set(0, { startOffset: 0, endOffset: 11, decoderVersion: 1, paths: ['a'] });
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(faultIn(worker)).toContain('a chunk up to offset 11 was begun, the topic ends at 10');
  });

  it('stops the partition also after the claim, once its taken records are saved and it is claimed again', async () => {
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

  it('does not stop the partition when others saved the records while the claimed worker was frozen', async () => {
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

describe('the last record below a position', () => {
  const seen = eventRecord(41, { id: 'ana' });

  function aSuccessor() {
    const worker = aWorker();
    worker.source.hold(0);
    const fingerprint = fingerprintOf(seen);
    worker.store.setPosition('totals', 0, { nextOffset: 43, fingerprint });
    worker.store.setPosition('archive', 0, { nextOffset: 43, fingerprint });
    return worker;
  }

  it('is read again for comparison, and not counted again', async () => {
    const worker = aSuccessor();
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.source.reads).toEqual(['0@41']);
    worker.ingestion.onBatch(aBatch([seen, eventRecord(43, { id: 'eva' })]));
    await worker.ingestion.saveAll();
    expect(worker.store.totals).toEqual(['13:15 antenna north 5', '13:15 app SKYPE 5', '13:15 user eva 5']);
    expect(worker.archive.paths.map((path) => worker.archive.offsets(path))).toEqual([[43]]);
  });

  it('stops the partition when it does not match the stored fingerprint', async () => {
    const worker = aSuccessor();
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.ingestion.onBatch(aBatch([eventRecord(41, { id: 'eva' })]))).toBe(false);
    expect(faultIn(worker)).toContain('the record at offset 41 is not the one seen there');
  });

  it('stops the partition when its offset holds a control record or an aborted record instead', async () => {
    const worker = aSuccessor();
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.ingestion.onBatch(aBatch([], { fetchedOffset: 41, nextOffset: 42 }))).toBe(false);
    expect(faultIn(worker)).toContain('no record is at offset 41');
  });

  it('stops the partition when the fetch from its offset delivers only later records', async () => {
    const worker = aSuccessor();
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.ingestion.onBatch(aBatch([eventRecord(43)], { fetchedOffset: 41 }))).toBe(false);
    expect(faultIn(worker)).toContain('is not the one seen there');
  });

  it('is not compared when retention has deleted it before the claim', async () => {
    const worker = aSuccessor();
    worker.source.hold(0, { earliest: 42 });
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.source.reads).toEqual(['0@43']);
  });

  it('does not stop the partition when retention deletes it after the claim, since no sink lacks it', async () => {
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
