import { CommitTooLongError } from './ports/index.ts';
import { aClaimedWorker, pass, settled, type TestWorker } from './testing/a-worker.ts';
import { eventBatch } from './testing/records.ts';

const OFFSETS = [0, 1, 2, 3, 4, 5, 6, 7];

/** A worker whose commits take too long when they move more than so many offsets. */
async function slowStore(maxRecords: number): Promise<TestWorker> {
  const worker = await aClaimedWorker([0], { flushMaxEvents: 100 });
  worker.store.refuses = ({ moves }) =>
    moves.reduce((records, { from, to }) => records + to - from, 0) > maxRecords
      ? new CommitTooLongError('canceling statement due to statement timeout')
      : undefined;
  return worker;
}

/** Delivers records from where the worker has asked for them last, until it has committed all. */
async function deliverAll(worker: TestWorker, end: number): Promise<void> {
  for (let turn = 0; turn < 40 && worker.store.nextOffset('totals', 0) < end; turn += 1) {
    const from = Number(worker.source.reads.at(-1)?.split('@')[1]);
    const left = Array.from({ length: end - from }, (_, index) => from + index);
    if (left.length > 0 && worker.ingestion.waitForCapacity(0) === undefined)
      worker.ingestion.onBatch(eventBatch(left));
    await pass(worker, 1_000);
  }
}

describe('a commit that takes longer than a statement may', () => {
  it.each([5, 3, 1])('is made again with half as many records until it passes: %i', async (maxRecords) => {
    const worker = await slowStore(maxRecords);
    worker.ingestion.onBatch(eventBatch(OFFSETS));
    await pass(worker, 1_000);
    expect(worker.store.commits).toEqual([]);
    await deliverAll(worker, OFFSETS.length);
    expect(worker.store.nextOffset('totals', 0)).toBe(OFFSETS.length);
    expect(worker.store.totals).toContain('13:15 user ana 40');
    expect(worker.store.commits.every(({ moves }) => (moves[0]?.to ?? 0) - (moves[0]?.from ?? 0) <= maxRecords)).toBe(
      true,
    );
    expect(worker.source.reclaims).toBe(0);
  });

  it('takes a batch in part, and reads on behind what it has taken', async () => {
    const worker = await slowStore(5);
    worker.ingestion.onBatch(eventBatch(OFFSETS));
    await pass(worker, 1_000);
    expect(worker.source.reads).toEqual(['0@0', '0@0']);
    expect(worker.ingestion.onBatch(eventBatch(OFFSETS))).toBe(false);
    expect(worker.source.reads.at(-1)).toBe('0@4');
    expect(worker.ingestion.waitForCapacity(0)).toBeUndefined();
    await settled();
    expect(worker.store.commits.map(({ moves }) => [moves[0]?.to, moves[0]?.fingerprint?.offset])).toEqual([[4, 3]]);
  });

  it('leaves commits small until ten have passed, then twice as large', async () => {
    const worker = await slowStore(1);
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await pass(worker, 1_000);
    worker.store.refuses = () => undefined;
    const end = 16;
    await deliverAll(worker, end);
    const sizes = worker.store.commits.map(({ moves }) => (moves[0]?.to ?? 0) - (moves[0]?.from ?? 0));
    expect(sizes.slice(0, 12)).toEqual([...Array.from({ length: 10 }, () => 1), 2, 2]);
  });
});
