import { fingerprintOf } from './fingerprint.ts';
import { aClaimedWorker, aWorker, faultIn, pass, settled, type TestWorker } from './testing/a-worker.ts';
import { aBatch, eventBatch, eventRecord, ofLeader } from './testing/records.ts';

const RETRY_MS = 30_000;

/** A worker that has read offsets 0 to 2 of partition 0 as leader 4 wrote them. */
async function afterLeader4(): Promise<TestWorker> {
  const worker = await aClaimedWorker([0, 1]);
  expect(worker.ingestion.onBatch(ofLeader(4, 1, eventBatch([0, 1, 2])))).toBe(true);
  worker.source.reads.length = 0;
  return worker;
}

const anyPosition = ({ store }: TestWorker) => [store.nextOffset('totals', 0), store.nextOffset('archive', 0)];

describe('a batch of another leader than the batch before', () => {
  it('is taken after the last offset was read again with it and is unchanged', async () => {
    const worker = await afterLeader4();
    expect(worker.ingestion.onBatch(ofLeader(5, 2, eventBatch([3])))).toBe(false);
    expect(worker.source.reads).toEqual(['0@2']);
    expect(worker.ingestion.onBatch(ofLeader(4, 3, eventBatch([2])))).toBe(true);
    expect(worker.ingestion.onBatch(ofLeader(5, 3, eventBatch([3])))).toBe(true);
    await worker.ingestion.saveAll();
    expect(anyPosition(worker)).toEqual([4, 4]);
    expect(worker.store.totals.filter((row) => row.includes(' ana '))).toEqual([expect.stringMatching(/ ana 20$/)]);
  });

  it.each([5, 3])(
    'is not taken, and stops the partition, when leader %d has rewritten the last offset',
    async (leader) => {
      const worker = await afterLeader4();
      worker.ingestion.onBatch(ofLeader(leader, 2, eventBatch([3])));
      expect(worker.ingestion.onBatch(ofLeader(leader, 3, eventBatch([2, 3])))).toBe(false);
      expect(faultIn(worker)).toMatch(
        /^LOG_TRUNCATED: partition 0: the batch at offset 2 was read as leader 4 wrote it/,
      );
      await worker.ingestion.saveAll();
      expect(anyPosition(worker)).toEqual([3, 3]);
      expect(faultIn(worker)).toMatch(/^LOG_TRUNCATED/);
      worker.ingestion.onBatch(eventBatch([0], { partition: 1 }));
      await worker.ingestion.saveAll();
      expect(worker.store.nextOffset('totals', 1)).toBe(1);
    },
  );

  it('is not taken after the next claim either, when the last record does not match its fingerprint', async () => {
    const worker = await afterLeader4();
    worker.ingestion.onBatch(ofLeader(5, 2, eventBatch([3])));
    worker.ingestion.onBatch(ofLeader(5, 3, eventBatch([2, 3])));
    await pass(worker, RETRY_MS);
    await pass(worker, RETRY_MS);
    const others = [2, 3].map((offset) => eventRecord(offset, { bytes: 9 }));
    expect(worker.ingestion.onBatch(ofLeader(5, 4, aBatch(others)))).toBe(false);
    expect(faultIn(worker)).toMatch(/^LOG_TRUNCATED: partition 0: the record at offset 2 is not the one seen there/);
  });

  it('is taken without a comparison when one broker answer delivers both batches', async () => {
    const worker = await afterLeader4();
    expect(worker.ingestion.onBatch(ofLeader(5, 1, eventBatch([3])))).toBe(true);
    expect(worker.source.reads).toEqual([]);
  });

  it('is taken after three equal comparisons when no broker answer is large enough for both batches', async () => {
    const worker = await afterLeader4();
    for (const fetch of [2, 4, 6]) {
      expect(worker.ingestion.onBatch(ofLeader(5, fetch, eventBatch([3])))).toBe(false);
      expect(worker.ingestion.onBatch(ofLeader(4, fetch + 1, eventBatch([2])))).toBe(true);
    }
    expect(worker.ingestion.onBatch(ofLeader(5, 8, eventBatch([3])))).toBe(true);
    expect(worker.ingestion.onBatch(ofLeader(6, 9, eventBatch([4])))).toBe(false);
  });

  it('is taken when compaction has removed the last offset', async () => {
    const worker = await afterLeader4();
    worker.ingestion.onBatch(ofLeader(5, 2, eventBatch([3])));
    const behind = eventBatch([3], { fetchedOffset: 2 });
    expect(worker.ingestion.onBatch({ ...behind, origin: { leaderEpoch: 5, fetch: 3, firstOffset: 3 } })).toBe(true);
  });

  it('is taken when retention has deleted the last offset', async () => {
    const worker = await afterLeader4();
    worker.ingestion.onBatch(ofLeader(5, 2, eventBatch([3])));
    worker.source.hold(0, { earliest: 3 });
    // The client silently resets its position when the broker does not hold that offset any more.
    expect(worker.ingestion.onBatch(ofLeader(5, 3, eventBatch([3])))).toBe(false);
    await settled();
    expect(worker.source.reads).toEqual(['0@2', '0@3']);
    expect(worker.ingestion.onBatch(ofLeader(5, 4, eventBatch([3])))).toBe(true);
  });

  it('is compared also after the records before it were committed', async () => {
    const worker = await aClaimedWorker([0], { flushMaxEvents: 2 });
    worker.ingestion.onBatch(ofLeader(4, 1, eventBatch([0, 1])));
    await settled();
    worker.source.reads.length = 0;
    expect(worker.ingestion.onBatch(ofLeader(5, 2, eventBatch([2])))).toBe(false);
    expect(worker.source.reads).toEqual(['0@1']);
  });
});

// archive ┤ 5      8: the log was truncated here      totals ┤ 10
describe('a log that was truncated between the positions of the two sinks and filled again before a claim', () => {
  const read = [5, 6, 7, 8, 9].map((offset) => eventRecord(offset));
  const others = [8, 9, 10].map((offset) => eventRecord(offset, { bytes: 9 }));

  async function claimed(): Promise<TestWorker> {
    const worker = aWorker();
    worker.source.hold(0);
    worker.store.setPosition('archive', 0, { nextOffset: 5, fingerprint: fingerprintOf(eventRecord(4)) });
    worker.store.setPosition('totals', 0, { nextOffset: 10, fingerprint: fingerprintOf(eventRecord(9)) });
    await worker.ingestion.onPartitionsAssigned([0]);
    return worker;
  }

  it('is detected at the position that is ahead, before the archive takes a record', async () => {
    const worker = await claimed();
    expect(worker.source.reads).toEqual(['0@9']);
    expect(worker.ingestion.onBatch(aBatch(others.slice(1)))).toBe(false);
    expect(faultIn(worker)).toBe('LOG_TRUNCATED: partition 0: the record at offset 9 is not the one seen there');
    await worker.ingestion.saveAll();
    expect(anyPosition(worker)).toEqual([10, 5]);
  });

  it('is not reported when the record below the position that is ahead matches its fingerprint', async () => {
    const worker = await claimed();
    expect(worker.ingestion.onBatch(aBatch(read.slice(4)))).toBe(false);
    expect(worker.source.reads).toEqual(['0@9', '0@4']);
    expect(worker.ingestion.hasProcessed(new Map([[0, 9]]))).toBe(false);
    expect(worker.ingestion.onBatch(aBatch([eventRecord(4), ...read]))).toBe(true);
    await worker.ingestion.saveAll();
    expect(anyPosition(worker)).toEqual([10, 10]);
  });

  it('is detected before the archive takes a record, even if it is truncated after the comparison', async () => {
    const worker = await claimed();
    worker.ingestion.onBatch(ofLeader(4, 1, aBatch(read.slice(4))));
    expect(worker.ingestion.onBatch(ofLeader(4, 2, aBatch([eventRecord(4), ...read.slice(0, 3)])))).toBe(true);
    expect(worker.ingestion.onBatch(ofLeader(5, 2, aBatch(others)))).toBe(false);
    expect(faultIn(worker)).toMatch(
      /^LOG_TRUNCATED: partition 0: the log holds a batch of leader 5 at offset 8, before/,
    );
    await worker.ingestion.saveAll();
    expect(anyPosition(worker)).toEqual([10, 8]);
  });
});

// totals and archive ┤ 0      2: the log was truncated here      intent ┤ 4
describe('a log that lost records of an open intent which no position has passed, and was filled again before a claim', () => {
  const read = [eventRecord(0), eventRecord(1), eventRecord(2), eventRecord(3, { timestamp: '2022-10-29T09:00:00Z' })];
  const others = [2, 3, 4].map((offset) => eventRecord(offset, { bytes: 9 }));

  /** A worker that claims the partition after its predecessor has recorded an intent and created one of its two files. */
  async function afterIntent(): Promise<TestWorker> {
    const before = await aClaimedWorker([0], { flushIntervalMs: 60_000 });
    before.archive.script.plan('create', Promise.resolve(), Promise.withResolvers().promise);
    before.ingestion.onBatch(aBatch(read));
    await pass(before, 5_000);
    expect([before.archive.paths.length, before.store.intents.get(0)?.endOffset]).toEqual([1, 4]);
    expect(anyPosition(before)).toEqual([0, 0]);
    return aClaimedWorker([0], { store: before.store, archive: before.archive });
  }

  it('is detected at the last record of the intent, before a sink takes a record', async () => {
    const worker = await afterIntent();
    expect(worker.source.reads).toEqual(['0@3']);
    expect(worker.ingestion.onBatch(aBatch(others.slice(1)))).toBe(false);
    expect(faultIn(worker)).toBe('LOG_TRUNCATED: partition 0: the record at offset 3 is not the one seen there');
    await worker.ingestion.saveAll();
    expect(anyPosition(worker)).toEqual([0, 0]);
  });

  it('is detected before the intent is redone, even if it is truncated after the comparison', async () => {
    const worker = await afterIntent();
    worker.ingestion.onBatch(ofLeader(4, 1, aBatch(read.slice(3))));
    expect(worker.ingestion.onBatch(ofLeader(4, 2, aBatch(read.slice(0, 2))))).toBe(true);
    expect(worker.ingestion.onBatch(ofLeader(5, 2, aBatch(others)))).toBe(false);
    expect(faultIn(worker)).toMatch(
      /^LOG_TRUNCATED: partition 0: the log holds a batch of leader 5 at offset 2, before/,
    );
    await worker.ingestion.saveAll();
    expect([worker.archive.paths.length, worker.store.nextOffset('archive', 0)]).toEqual([1, 0]);
  });

  it('is not reported when the log still holds the last record of the intent, which is redone', async () => {
    const worker = await afterIntent();
    expect(worker.ingestion.onBatch(aBatch(read.slice(3)))).toBe(false);
    expect(worker.source.reads).toEqual(['0@3', '0@0']);
    expect(worker.ingestion.onBatch(aBatch(read))).toBe(true);
    await settled();
    expect([worker.archive.paths.length, worker.store.manifest.length]).toEqual([2, 2]);
    await worker.ingestion.saveAll();
    expect(anyPosition(worker)).toEqual([4, 4]);
  });
});

// totals and archive ┤ 10: the last record is at 7, and only control records were at 8 and 9
describe('a log that lost only the control records below a position, and was filled again before the claim', () => {
  async function claimed(archived = { nextOffset: 10, last: 7 }): Promise<TestWorker> {
    const worker = aWorker();
    worker.source.hold(0);
    const { nextOffset, last } = archived;
    worker.store.setPosition('archive', 0, { nextOffset, fingerprint: fingerprintOf(eventRecord(last)) });
    worker.store.setPosition('totals', 0, { nextOffset: 10, fingerprint: fingerprintOf(eventRecord(7)) });
    await worker.ingestion.onPartitionsAssigned([0]);
    return worker;
  }

  it('is detected by a record at an offset where no record was seen, and no position moves', async () => {
    const worker = await claimed();
    expect(worker.source.reads).toEqual(['0@7']);
    expect(worker.ingestion.onBatch(eventBatch([7, 8, 9, 10]))).toBe(false);
    expect(faultIn(worker)).toBe('LOG_TRUNCATED: partition 0: a record is at offset 8, where none was seen');
    await worker.ingestion.saveAll();
    expect(anyPosition(worker)).toEqual([10, 10]);
  });

  it('is detected when such a record comes in a later batch, too', async () => {
    const worker = await claimed();
    expect(worker.ingestion.onBatch(eventBatch([7]))).toBe(true);
    expect(worker.ingestion.onBatch(eventBatch([9, 10], { fetchedOffset: 8 }))).toBe(false);
    expect(faultIn(worker)).toBe('LOG_TRUNCATED: partition 0: a record is at offset 9, where none was seen');
  });

  it('is detected below the position of the totals when the archive is behind, before the archive takes a record', async () => {
    const worker = await claimed({ nextOffset: 5, last: 4 });
    expect(worker.source.reads).toEqual(['0@7']);
    expect(worker.ingestion.onBatch(eventBatch([7, 8]))).toBe(false);
    expect(faultIn(worker)).toBe('LOG_TRUNCATED: partition 0: a record is at offset 8, where none was seen');
    await worker.ingestion.saveAll();
    expect(anyPosition(worker)).toEqual([10, 5]);
  });

  it('is not reported for a log that still holds no record at these offsets', async () => {
    const worker = await claimed();
    expect(worker.ingestion.onBatch(eventBatch([7], { nextOffset: 9 }))).toBe(true);
    expect(worker.ingestion.onBatch(eventBatch([10, 11], { fetchedOffset: 9 }))).toBe(true);
    await worker.ingestion.saveAll();
    expect(anyPosition(worker)).toEqual([12, 12]);
  });
});

describe('a claim of a partition that has no leader', () => {
  async function claimed(): Promise<TestWorker> {
    const worker = aWorker();
    worker.source.loseLeader(0);
    for (const sink of ['totals', 'archive'] as const)
      worker.store.setPosition(sink, 0, { nextOffset: 3, fingerprint: fingerprintOf(eventRecord(2)) });
    await worker.ingestion.onPartitionsAssigned([0]);
    return worker;
  }

  it('begins with the record below the positions: the next election may have lost it', async () => {
    const worker = await claimed();
    expect(worker.source.reads).toEqual(['0@2']);
    worker.source.hold(0);
    const others = [2, 3].map((offset) => eventRecord(offset, { bytes: 9 }));
    expect(worker.ingestion.onBatch(aBatch(others))).toBe(false);
    expect(faultIn(worker)).toBe('LOG_TRUNCATED: partition 0: the record at offset 2 is not the one seen there');
  });

  it('goes on at the positions when retention has deleted the record below them', async () => {
    const worker = await claimed();
    worker.source.hold(0, { earliest: 3 });
    expect(worker.ingestion.onBatch(eventBatch([3]))).toBe(false);
    await settled();
    expect(worker.source.reads).toEqual(['0@2', '0@3']);
    expect(worker.ingestion.onBatch(eventBatch([3]))).toBe(true);
    await worker.ingestion.saveAll();
    expect(anyPosition(worker)).toEqual([4, 4]);
  });
});
