import { fingerprintOf } from './fingerprint.ts';
import { aWorker, faultIn, type TestWorker } from './testing/a-worker.ts';
import { aBatch, eventRecord, ofLeader } from './testing/records.ts';

const read = Array.from({ length: 12 }, (_, offset) => eventRecord(offset));
const others = Array.from({ length: 12 }, (_, offset) => eventRecord(offset, { bytes: 9 }));

/** A worker that claims a partition of which one sink has read offsets 0 to 9 and the other one offset 0. */
async function claimed(ahead: 'totals' | 'archive'): Promise<TestWorker> {
  const worker = aWorker();
  worker.source.hold(0);
  const behind = ahead === 'totals' ? 'archive' : 'totals';
  worker.store.setPosition(behind, 0, { nextOffset: 1, fingerprint: fingerprintOf(eventRecord(0)) });
  worker.store.setPosition(ahead, 0, { nextOffset: 10, fingerprint: fingerprintOf(eventRecord(9)) });
  await worker.ingestion.onPartitionsAssigned([0]);
  return worker;
}

/** The record ahead as leader 4 wrote it. */
const recordAhead = (fetch: number) => ofLeader(4, fetch, aBatch(read.slice(9, 10)));

const positions = ({ store }: TestWorker) => [store.nextOffset('totals', 0), store.nextOffset('archive', 0)];

// one sink ┤ 1      5: leader 4 began here      other sink ┤ 10
describe('records between the positions of two sinks', () => {
  it('are taken at once when they come from the leader that wrote the record below the position ahead', async () => {
    const worker = await claimed('totals');
    worker.ingestion.onBatch(recordAhead(1));
    expect(worker.ingestion.onBatch(ofLeader(4, 2, aBatch(read.slice(0, 8))))).toBe(true);
    expect(worker.ingestion.onBatch(ofLeader(4, 3, aBatch(read.slice(8))))).toBe(true);
    expect(worker.source.reads).toEqual(['0@9', '0@0']);
    await worker.ingestion.saveAll();
    expect(positions(worker)).toEqual([12, 12]);
  });

  it.each(['totals', 'archive'] as const)(
    'that an earlier leader wrote are taken once the record below the position of the %s was compared again',
    async (ahead) => {
      const worker = await claimed(ahead);
      worker.ingestion.onBatch(recordAhead(1));
      expect(worker.ingestion.onBatch(ofLeader(2, 2, aBatch(read.slice(0, 5))))).toBe(true);
      expect(worker.ingestion.processedOffsets.get(0)).toBe(0);
      expect(worker.ingestion.onBatch(ofLeader(4, 2, aBatch(read.slice(5))))).toBe(false);
      worker.ingestion.onBatch(recordAhead(3));
      expect(worker.source.reads).toEqual(['0@9', '0@0', '0@9', '0@0']);
      expect(worker.ingestion.onBatch(ofLeader(2, 4, aBatch(read.slice(0, 5))))).toBe(true);
      expect(worker.ingestion.onBatch(ofLeader(4, 4, aBatch(read.slice(5))))).toBe(true);
      await worker.ingestion.saveAll();
      expect(positions(worker)).toEqual([12, 12]);
    },
  );

  // The election after the comparison brings back a log that ends with records of leader 3.
  it.each(['totals', 'archive'] as const)(
    'that an election puts in the places of lost ones are not taken where the sink %s has the lost ones',
    async (ahead) => {
      const worker = await claimed(ahead);
      worker.ingestion.onBatch(recordAhead(1));
      expect(worker.ingestion.onBatch(ofLeader(2, 2, aBatch(read.slice(0, 3))))).toBe(true);
      expect(worker.ingestion.onBatch(ofLeader(3, 2, aBatch(others.slice(3, 8))))).toBe(true);
      expect(worker.ingestion.onBatch(ofLeader(3, 2, aBatch(others.slice(8))))).toBe(false);
      expect(worker.ingestion.onBatch(ofLeader(3, 3, aBatch(others.slice(9))))).toBe(false);
      expect(faultIn(worker)).toBe('LOG_TRUNCATED: partition 0: the record at offset 9 is not the one seen there');
      await worker.ingestion.saveAll();
      expect(positions(worker)).toEqual(ahead === 'totals' ? [10, 1] : [1, 10]);
      expect(worker.store.totals).toEqual([]);
    },
  );

  it('that an election puts in the places of lost ones are not taken, although batches before them were confirmed', async () => {
    const worker = await claimed('totals');
    worker.ingestion.onBatch(recordAhead(1));
    worker.ingestion.onBatch(ofLeader(2, 2, aBatch(read.slice(0, 3))));
    worker.ingestion.onBatch(ofLeader(4, 2, aBatch(read.slice(3))));
    worker.ingestion.onBatch(recordAhead(3));
    expect(worker.ingestion.onBatch(ofLeader(2, 4, aBatch(read.slice(0, 3))))).toBe(true);
    expect(worker.ingestion.onBatch(ofLeader(3, 4, aBatch(others.slice(3))))).toBe(false);
    expect(worker.ingestion.onBatch(ofLeader(3, 5, aBatch(others.slice(9))))).toBe(false);
    expect(faultIn(worker)).toMatch(/^LOG_TRUNCATED/);
    await worker.ingestion.saveAll();
    expect(positions(worker)).toEqual([10, 3]);
  });

  it('are not taken when the fetch that confirms the record ahead is older than the fetch that delivered them', async () => {
    const worker = await claimed('totals');
    worker.ingestion.onBatch(recordAhead(1));
    worker.ingestion.onBatch(ofLeader(2, 2, aBatch(read.slice(0, 5))));
    worker.ingestion.onBatch(ofLeader(4, 2, aBatch(read.slice(5))));
    expect(worker.ingestion.onBatch(recordAhead(1))).toBe(false);
    expect(worker.source.reads).toEqual(['0@9', '0@0', '0@9', '0@9']);
  });

  it('are inspected four batches at a time, however many batches earlier leaders wrote', async () => {
    const worker = await claimed('totals');
    worker.ingestion.onBatch(recordAhead(1));
    const earlier = read.slice(0, 8).map((record) => ofLeader(2, 2, aBatch([record])));
    expect(earlier.slice(0, 4).map((batch) => worker.ingestion.onBatch(batch))).toEqual([true, true, true, false]);
    worker.ingestion.onBatch(recordAhead(3));
    expect(earlier.map((batch) => worker.ingestion.onBatch(batch))).toEqual([...Array<boolean>(7).fill(true), false]);
    expect(worker.ingestion.processedOffsets.get(0)).toBe(4);
    worker.ingestion.onBatch(recordAhead(4));
    expect(earlier.slice(4).map((batch) => worker.ingestion.onBatch(batch))).toEqual(Array(4).fill(true));
    expect(worker.ingestion.processedOffsets.get(0)).toBe(8);
  });
});
