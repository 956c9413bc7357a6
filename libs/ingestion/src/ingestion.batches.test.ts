import { aClaimedWorker, aWorker, faultIn, pass, settled } from './testing/a-worker.ts';
import { aBatch, badRecord, eventBatch, eventRecord } from './testing/records.ts';

describe('a fetched batch', () => {
  it('is taken when it was fetched from the end of the batch before', async () => {
    const { ingestion } = await aClaimedWorker();
    expect(ingestion.onBatch(eventBatch([0, 1]))).toBe(true);
    expect(ingestion.onBatch(eventBatch([2]))).toBe(true);
  });

  it('is taken with gaps between its records and before its first', async () => {
    const worker = await aClaimedWorker();
    expect(worker.ingestion.onBatch(eventBatch([3, 7], { fetchedOffset: 0 }))).toBe(true);
    await worker.ingestion.saveAll();
    expect(worker.store.nextOffset('totals', 0)).toBe(8);
    expect(worker.store.nextOffset('archive', 0)).toBe(8);
  });

  it('moves the position over control records at its end', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0], { nextOffset: 4 }));
    await worker.ingestion.saveAll();
    expect(worker.store.nextOffset('totals', 0)).toBe(4);
    expect(worker.ingestion.hasProcessed(new Map([[0, 4]]))).toBe(true);
  });

  it('is not taken when its partition is not claimed', async () => {
    const { ingestion, source } = await aClaimedWorker([1]);
    expect(ingestion.onBatch(eventBatch([0]))).toBe(false);
    await settled();
    expect(source.reads).toEqual(['1@0']);
  });

  it.each([
    ['a later', 5],
    ['an earlier', 1],
  ])(
    'is not taken when it was fetched from %s offset, and its partition is read again',
    async (_when, fetchedOffset) => {
      const worker = await aClaimedWorker();
      worker.ingestion.onBatch(eventBatch([0, 1]));
      expect(worker.ingestion.onBatch(eventBatch([fetchedOffset]))).toBe(false);
      await settled();
      expect(worker.source.reads).toEqual(['0@0', '0@2']);
      expect(worker.observed).toContainEqual({
        kind: 'unexpected-batch',
        partition: 0,
        expected: 2,
        fetched: fetchedOffset,
      });
      await worker.ingestion.saveAll();
      expect(worker.store.nextOffset('totals', 0)).toBe(2);
    },
  );

  it('is not taken twice', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1]));
    expect(worker.ingestion.onBatch(eventBatch([0, 1]))).toBe(false);
    await worker.ingestion.saveAll();
    expect(worker.store.totals).toContain('13:15 user ana 10');
  });

  it('leads to a claim that stops its partition when retention has deleted the expected offset', async () => {
    const worker = await aClaimedWorker();
    worker.source.hold(0, { earliest: 10 });
    expect(worker.ingestion.onBatch(eventBatch([10]))).toBe(false);
    await pass(worker, 0);
    await pass(worker, 0);
    expect(faultIn(worker)).toMatch(/^DATA_GAP: position 0 of totals on partition 0/);
    expect([worker.store.script.calls, worker.source.reclaims]).toEqual([['claim', 'claim'], 0]);
  });

  it('from an unexpected offset leads to a read from the latest position, if others are taken meanwhile', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([9]));
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await settled();
    expect(worker.source.reads).toEqual(['0@0', '0@2']);
  });

  it('of an earlier claim does not start a partition whose intent waits for its turn', async () => {
    const worker = aWorker();
    for (const partition of [0, 1]) {
      worker.source.hold(partition);
      worker.store.intents.set(partition, { startOffset: 0, endOffset: 3, decoderVersion: 1, paths: ['a'] });
    }
    await worker.ingestion.onPartitionsAssigned([0, 1]);
    worker.ingestion.onBatch(eventBatch([7], { partition: 1 }));
    await settled();
    expect(worker.source.reads).toEqual(['0@0']);
  });
});

describe('a partition that delivers no batch', () => {
  const MINUTE_MS = 60_000;

  async function stalled(stable: number, lookMs: readonly number[]) {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await worker.ingestion.saveAll();
    for (const ms of lookMs) {
      worker.clock.ms = ms;
      worker.ingestion.verifyOffsets(new Map([[0, { earliest: 0, latest: 9, stable }]]));
    }
    return worker;
  }

  it('is read again when the topic has held records for it for a minute', async () => {
    const worker = await stalled(3, [0, MINUTE_MS - 1]);
    expect(worker.source.reads).toEqual(['0@0']);
    worker.clock.ms = MINUTE_MS;
    worker.ingestion.verifyOffsets(new Map([[0, { earliest: 0, latest: 3, stable: 3 }]]));
    worker.ingestion.verifyOffsets(new Map([[0, { earliest: 0, latest: 3, stable: 3 }]]));
    expect(worker.source.reads).toEqual(['0@0', '0@2']);
  });

  it('is not read again when the topic holds no stable record for it', async () => {
    const worker = await stalled(2, [0, MINUTE_MS, 2 * MINUTE_MS]);
    expect(worker.source.reads).toEqual(['0@0']);
  });

  it('is not read again when a batch has arrived within the minute', async () => {
    const worker = await stalled(9, [0]);
    worker.ingestion.onBatch(eventBatch([2]));
    worker.clock.ms = MINUTE_MS;
    worker.ingestion.verifyOffsets(new Map([[0, { earliest: 0, latest: 9, stable: 9 }]]));
    expect(worker.source.reads).toEqual(['0@0']);
  });

  it('is not read again while the worker has no capacity for it', async () => {
    const worker = await aClaimedWorker([0], { flushMaxEvents: 1 });
    worker.store.script.plan('commitTotals', Promise.withResolvers().promise);
    worker.ingestion.onBatch(eventBatch([0]));
    worker.ingestion.onBatch(eventBatch([1]));
    for (const ms of [0, MINUTE_MS, 2 * MINUTE_MS]) {
      worker.clock.ms = ms;
      worker.ingestion.verifyOffsets(new Map([[0, { earliest: 0, latest: 9, stable: 9 }]]));
    }
    expect(worker.source.reads).toEqual(['0@0']);
  });
});

describe('the lag of a partition', () => {
  async function lagsAt(range: { readonly latest: number; readonly stable: number } | undefined) {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1]));
    worker.ingestion.verifyOffsets(new Map([[0, range && { earliest: 0, ...range }]]));
    return worker.observed.filter(({ kind }) => kind === 'lag');
  }

  it('includes the records behind an open transaction', async () => {
    expect(await lagsAt({ stable: 2, latest: 9 })).toEqual([{ kind: 'lag', partition: 0, lagRecords: 7 }]);
  });

  it('is unknown, not 0, while the partition has no leader', async () => {
    expect(await lagsAt(undefined)).toEqual([{ kind: 'lag', partition: 0, lagRecords: undefined }]);
  });
});

describe('each sink of a partition', () => {
  it('skips the records below its own position', async () => {
    const worker = aWorker();
    worker.source.hold(0);
    worker.store.setPosition('totals', 0, { nextOffset: 2 });
    worker.store.setPosition('archive', 0, { nextOffset: 1 });
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(
      aBatch([eventRecord(1, { bytes: 1 }), eventRecord(2, { bytes: 20 }), eventRecord(3, { bytes: 300 })]),
    );
    await worker.ingestion.saveAll();
    expect(worker.store.totals).toContain('13:15 user ana 320');
    expect(worker.archive.paths.map((path) => worker.archive.offsets(path))).toEqual([[1, 2, 3]]);
  });

  it('takes nothing while only the other sink lacks records', async () => {
    const worker = aWorker();
    worker.source.hold(0);
    worker.store.setPosition('archive', 0, { nextOffset: 9 });
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await worker.ingestion.saveAll();
    expect(worker.store.nextOffset('totals', 0)).toBe(2);
    expect(worker.store.nextOffset('archive', 0)).toBe(9);
    expect(worker.archive.paths).toEqual([]);
  });

  it('may be the totals alone', async () => {
    const worker = await aClaimedWorker([0], { sinks: ['totals'] });
    worker.ingestion.onBatch(aBatch([eventRecord(0), badRecord(1)]));
    await worker.ingestion.saveAll();
    expect(worker.store.nextOffset('totals', 0)).toBe(2);
    expect(worker.store.nextOffset('archive', 0)).toBe(0);
    expect(worker.archive.script.calls).toEqual([]);
  });
});

describe('a batch of only control records or aborted records', () => {
  const markers = (fetchedOffset: number, nextOffset: number) => aBatch([], { fetchedOffset, nextOffset });

  it('moves the positions', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1]));
    expect(worker.ingestion.onBatch(markers(2, 5))).toBe(true);
    expect(worker.ingestion.onBatch(eventBatch([5]))).toBe(true);
    await worker.ingestion.saveAll();
    expect(worker.store.nextOffset('totals', 0)).toBe(6);
    expect(worker.store.nextOffset('archive', 0)).toBe(6);
  });

  it('moves the archive without a file', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(markers(0, 5));
    await worker.ingestion.saveAll();
    expect(worker.store.nextOffset('archive', 0)).toBe(5);
    expect([worker.archive.paths, worker.store.manifest]).toEqual([[], []]);
  });

  it('counts as taken up to its end', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(markers(0, 5));
    expect(worker.ingestion.hasProcessed(new Map([[0, 5]]))).toBe(true);
  });

  // expected 2 ┤ ? ? ? ├ control record 5 ┤ 6
  it('is not taken when it was fetched from beyond the expected offset', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1]));
    expect(worker.ingestion.onBatch(markers(5, 6))).toBe(false);
    await settled();
    expect(worker.source.reads).toEqual(['0@0', '0@2']);
    await worker.ingestion.saveAll();
    expect(worker.store.nextOffset('totals', 0)).toBe(2);
  });
});
