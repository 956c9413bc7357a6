import { CommitTooLongError } from './ports/index.ts';
import { aClaimedWorker, pass, settled, type TestWorker } from './testing/a-worker.ts';
import { eventBatch } from './testing/records.ts';

const OFFSETS = [0, 1, 2, 3, 4, 5, 6, 7];

/** A worker whose commits take too long when they move more than `maxRecords` offsets. */
async function slowStore(maxRecords: number): Promise<TestWorker> {
  const worker = await aClaimedWorker([0], { flushMaxEvents: 100 });
  worker.store.refuses = ({ moves }) =>
    moves.reduce((records, { from, to }) => records + to - from, 0) > maxRecords
      ? new CommitTooLongError('canceling statement due to statement timeout')
      : undefined;
  return worker;
}

/** Delivers records from the offset of the worker's last `readFrom`, until it has committed all. */
async function deliverAll(worker: TestWorker, end: number): Promise<void> {
  for (let turn = 0; turn < 40 && worker.store.nextOffset('totals', 0) < end; turn += 1) {
    const from = Number(worker.source.reads.at(-1)?.split('@')[1]);
    const left = Array.from({ length: end - from }, (_, index) => from + index);
    if (left.length > 0 && worker.ingestion.waitForCapacity(0) === undefined)
      worker.ingestion.onBatch(eventBatch(left));
    await pass(worker, 1_000);
  }
}

describe('a commit that exceeds the statement time-out', () => {
  it.each([5, 3, 1])('is halved until it has at most %i records and succeeds', async (maxRecords) => {
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

  it('makes the worker take only part of a batch, and read on behind that part', async () => {
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

  it('keeps commits small until ten have succeeded, then doubles them', async () => {
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
