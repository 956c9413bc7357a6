import { deadLettersByReason } from './totals-sink/dead-letter.ts';
import { aClaimedWorker, aWorker, pass, settled } from './testing/a-worker.ts';
import { aBatch, badRecord, eventRecord } from './testing/records.ts';
import type { UndecodableRange } from './ports/index.ts';

/** Records that are rejected as `not_json`, or as `empty` where the offset is a multiple of 5. */
function rejected(from: number, to: number) {
  return Array.from({ length: to - from }, (_, index) => badRecord(from + index, (from + index) % 5 === 0 ? '' : '?'));
}

describe('a flood of invalid records', () => {
  it("is stored whole up to its partition's rate limit, then as ranges by reason", async () => {
    const worker = await aClaimedWorker([0, 1], { deadLettersWhole: 2 });
    worker.ingestion.onBatch(aBatch(rejected(0, 12)));
    worker.ingestion.onBatch(aBatch(rejected(0, 2), { partition: 1 }));
    await pass(worker, 1_000);
    const [commit] = worker.store.commits;
    expect(commit?.deadLetters.map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    expect(commit?.deadLetterRanges).toEqual([
      { partition: 0, reason: 'not_json', firstOffset: 2, lastOffset: 11, records: 8 },
      { partition: 0, reason: 'empty', firstOffset: 5, lastOffset: 10, records: 2 },
    ]);
    expect(Object.fromEntries(deadLettersByReason(commit!))).toEqual({ not_json: 10, empty: 4 });
  });

  it('does not affect the events among them', async () => {
    const worker = await aClaimedWorker([0], { deadLettersWhole: 0 });
    worker.ingestion.onBatch(aBatch([badRecord(0), eventRecord(1, { bytes: 7 }), badRecord(2)]));
    await pass(worker, 1_000);
    expect(worker.store.totals).toContain('13:15 user ana 7');
    expect(worker.store.commits[0]?.deadLetterRanges).toEqual([
      { partition: 0, reason: 'not_json', firstOffset: 0, lastOffset: 2, records: 2 },
    ]);
  });

  it('has separate ranges in each commit', async () => {
    const worker = await aClaimedWorker([0], { deadLettersWhole: 0 });
    worker.ingestion.onBatch(aBatch([badRecord(0)]));
    await pass(worker, 1_000);
    worker.ingestion.onBatch(aBatch([badRecord(1)]));
    await pass(worker, 1_000);
    expect(worker.store.commits.map(({ deadLetterRanges: [range] }) => range?.firstOffset)).toEqual([0, 1]);
  });

  it('is stored whole again when the rate limiter has refilled', async () => {
    const worker = await aClaimedWorker([0], { deadLettersWhole: 1, flushIntervalMs: 1 });
    worker.ingestion.onBatch(aBatch([badRecord(0), badRecord(1)]));
    await pass(worker, 3_600_000);
    worker.ingestion.onBatch(aBatch([badRecord(2), badRecord(3)]));
    await pass(worker, 1);
    expect(worker.store.deadLetters.map(({ offset }) => offset)).toEqual([0, 2]);
  });

  it('counts towards the maximum number of records of a flush', async () => {
    const worker = await aClaimedWorker([0], { deadLettersWhole: 0, flushMaxEvents: 3 });
    worker.ingestion.onBatch(aBatch(rejected(0, 3)));
    await settled();
    expect(worker.store.commits).toHaveLength(1);
  });
});

describe('a stored batch that cannot be decoded', () => {
  const undecodable = (range: Partial<UndecodableRange> = {}): UndecodableRange => {
    return { firstOffset: 2, lastOffset: 9, records: 8, reason: 'damaged_batch', detail: '', ...range };
  };
  const theBatch = (changes: Partial<UndecodableRange> = {}) =>
    aBatch([], { fetchedOffset: 2, nextOffset: 10, undecodable: undecodable(changes) });

  it('is counted as a range of dead letters, and moves both sinks', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(aBatch([eventRecord(0), eventRecord(1)]));
    worker.ingestion.onBatch(theBatch());
    await worker.ingestion.saveAll();
    expect(worker.store.deadLetterRanges).toEqual([
      { partition: 0, reason: 'damaged_batch', firstOffset: 2, lastOffset: 9, records: 8 },
    ]);
    expect([worker.store.nextOffset('totals', 0), worker.store.nextOffset('archive', 0)]).toEqual([10, 10]);
    expect(worker.observed).toContainEqual({ kind: 'batch', partition: 0, records: 8, lagRecords: 0 });
  });

  it.each([
    ["only the offsets from the totals' position on", 6, 8, [6, 9, 4]],
    ['no more records than its header states', 6, 3, [6, 9, 3]],
  ])('counts %s', async (_what, nextOffset, records, [firstOffset, lastOffset, counted]) => {
    const worker = aWorker();
    worker.source.hold(0);
    worker.store.setPosition('totals', 0, { nextOffset });
    worker.store.setPosition('archive', 0, { nextOffset: 2 });
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(theBatch({ records }));
    await worker.ingestion.saveAll();
    expect(worker.store.deadLetterRanges).toEqual([
      { partition: 0, reason: 'damaged_batch', firstOffset, lastOffset, records: counted },
    ]);
  });

  it('is not counted again when the position of the totals is beyond it', async () => {
    const worker = aWorker();
    worker.source.hold(0);
    worker.store.setPosition('totals', 0, { nextOffset: 10 });
    worker.store.setPosition('archive', 0, { nextOffset: 2 });
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(theBatch());
    await worker.ingestion.saveAll();
    expect(worker.store.deadLetterRanges).toEqual([]);
    expect(worker.store.nextOffset('archive', 0)).toBe(10);
  });
});
