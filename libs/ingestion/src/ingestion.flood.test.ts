import { deadLettersByReason } from './dead-letters-by-reason.ts';
import { aClaimedWorker, pass, settled } from './in-memory/a-worker.ts';
import { aBatch, badRecord, eventRecord } from './in-memory/records.ts';

/** Rejected as not JSON, or as empty where the offset is a multiple of 5. */
function rejected(from: number, to: number) {
  return Array.from({ length: to - from }, (_, index) => badRecord(from + index, (from + index) % 5 === 0 ? '' : '?'));
}

describe('a flood of records that are no events', () => {
  it('is stored whole up to the allowance of its partition, then as ranges by reason', async () => {
    const worker = await aClaimedWorker([0, 1], { deadLettersWhole: 2 });
    worker.ingestion.take(aBatch(rejected(0, 12)));
    worker.ingestion.take(aBatch(rejected(0, 2), { partition: 1 }));
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

  it('changes nothing of the events in its midst', async () => {
    const worker = await aClaimedWorker([0], { deadLettersWhole: 0 });
    worker.ingestion.take(aBatch([badRecord(0), eventRecord(1, { bytes: 7 }), badRecord(2)]));
    await pass(worker, 1_000);
    expect(worker.store.totals).toContain('13:15 user ana 7');
    expect(worker.store.commits[0]?.deadLetterRanges).toEqual([
      { partition: 0, reason: 'not_json', firstOffset: 0, lastOffset: 2, records: 2 },
    ]);
  });

  it('begins each commit with ranges of its own', async () => {
    const worker = await aClaimedWorker([0], { deadLettersWhole: 0 });
    worker.ingestion.take(aBatch([badRecord(0)]));
    await pass(worker, 1_000);
    worker.ingestion.take(aBatch([badRecord(1)]));
    await pass(worker, 1_000);
    expect(worker.store.commits.map(({ deadLetterRanges: [range] }) => range?.firstOffset)).toEqual([0, 1]);
  });

  it('is stored whole again when the allowance has come back', async () => {
    const worker = await aClaimedWorker([0], { deadLettersWhole: 1, flushIntervalMs: 1 });
    worker.ingestion.take(aBatch([badRecord(0), badRecord(1)]));
    await pass(worker, 3_600_000);
    worker.ingestion.take(aBatch([badRecord(2), badRecord(3)]));
    await pass(worker, 1);
    expect(worker.store.deadLetters.map(({ offset }) => offset)).toEqual([0, 2]);
  });

  it('counts towards the number of records at which a flush is due', async () => {
    const worker = await aClaimedWorker([0], { deadLettersWhole: 0, flushMaxEvents: 3 });
    worker.ingestion.take(aBatch(rejected(0, 3)));
    await settled();
    expect(worker.store.commits).toHaveLength(1);
  });
});
