import { SumOutOfRangeError, type TotalsCommit, UnreadableLogError } from './ports/index.ts';
import { aClaimedWorker, aWorker, faultIn, pass, settled, type TestWorker } from './testing/a-worker.ts';
import { aBatch, eventBatch, eventRecord } from './testing/records.ts';

const RETRY_MS = 30_000;

/** A worker with two partitions; retention has deleted unread records of partition 0. */
async function withGap(): Promise<TestWorker> {
  const worker = aWorker();
  worker.source.hold(0, { earliest: 50 });
  worker.source.hold(1);
  await worker.ingestion.onPartitionsAssigned([0, 1]);
  return worker;
}

function kinds({ observed }: TestWorker, partition: number): string[] {
  return observed.flatMap((event) =>
    event.kind === 'partition-stopped' || event.kind === 'partition-resumed'
      ? event.partition === partition
        ? [event.kind]
        : []
      : [],
  );
}

describe('a partition with a fault', () => {
  it('is stopped with its fault reported, while the others go on', async () => {
    const worker = await withGap();
    expect([...worker.ingestion.stoppedPartitions.keys()]).toEqual([0]);
    expect(worker.source.reads).toEqual(['1@0']);
    worker.ingestion.onBatch(eventBatch([0, 1], { partition: 1 }));
    await worker.ingestion.saveAll();
    expect([worker.store.nextOffset('totals', 1), worker.store.nextOffset('archive', 1)]).toEqual([2, 2]);
    expect(
      worker.ingestion.hasProcessed(
        new Map([
          [0, 90],
          [1, 2],
        ]),
      ),
    ).toBe(true);
  });

  it('is claimed by itself every 30 s, and resumes once the fault is repaired', async () => {
    const worker = await withGap();
    worker.ingestion.onBatch(eventBatch([0, 1], { partition: 1 }));
    await pass(worker, RETRY_MS - 1);
    expect(worker.store.script.calls.filter((call) => call === 'claim')).toHaveLength(1);
    await pass(worker, 1);
    expect(worker.store.script.calls.filter((call) => call === 'claim')).toHaveLength(2);
    expect([worker.store.epoch('totals', 0), worker.store.epoch('totals', 1)]).toEqual([2, 1]);
    for (const sink of ['totals', 'archive'] as const) worker.store.setPosition(sink, 0, { nextOffset: 50 });
    await pass(worker, RETRY_MS);
    expect(worker.source.reads).toEqual(['1@0', '0@50']);
    expect(kinds(worker, 0)).toEqual(['partition-stopped', 'partition-resumed']);
    worker.ingestion.onBatch(eventBatch([50]));
    worker.ingestion.onBatch(eventBatch([2], { partition: 1 }));
    await worker.ingestion.saveAll();
    expect([worker.store.nextOffset('totals', 0), worker.store.nextOffset('totals', 1)]).toEqual([51, 3]);
  });

  it('has its taken records committed and archived before it is claimed again', async () => {
    const worker = await aClaimedWorker([0, 1]);
    worker.ingestion.onBatch(eventBatch([0, 1, 2]));
    worker.source.hold(0, { earliest: 7 });
    worker.ingestion.verifyOffsets(await worker.source.offsets());
    await settled();
    expect(worker.store.script.calls.filter((call) => call === 'claim')).toHaveLength(1);
    await pass(worker, 1_000);
    await pass(worker, 0);
    expect([worker.store.nextOffset('totals', 0), worker.store.nextOffset('archive', 0)]).toEqual([3, 3]);
    expect(faultIn(worker)).toMatch(/^DATA_GAP: position 3 of/);
    expect(worker.store.epoch('totals', 1)).toBe(1);
  });

  it('in its log stops behind its taken records, and resumes when the log can be read', async () => {
    const worker = await aClaimedWorker([0, 1]);
    worker.ingestion.onBatch(eventBatch([0, 1]));
    const damaged = () => {
      throw new UnreadableLogError('UNREADABLE_BATCH', 'partition 0 cannot be read on from offset 2');
    };
    expect(worker.ingestion.onBatch({ ...eventBatch([2]), records: damaged })).toBe(false);
    expect(faultIn(worker)).toBe('UNREADABLE_BATCH: partition 0 cannot be read on from offset 2');
    worker.ingestion.onBatch(eventBatch([0], { partition: 1 }));
    await pass(worker, 1_000);
    expect([worker.store.nextOffset('totals', 0), worker.store.nextOffset('totals', 1)]).toEqual([2, 1]);
    expect(kinds(worker, 0)).toEqual(['partition-stopped']);
    await pass(worker, RETRY_MS);
    // After the claim the last taken record is read again, to check that the log is still the same.
    worker.ingestion.onBatch(eventBatch([1, 2]));
    await worker.ingestion.saveAll();
    expect(worker.store.nextOffset('totals', 0)).toBe(3);
    expect(kinds(worker, 0)).toEqual(['partition-stopped', 'partition-resumed']);
  });

  it('in its archive does not stop other partitions, and resumes when the conflict is removed', async () => {
    const stranger = await aClaimedWorker();
    stranger.ingestion.onBatch(aBatch([eventRecord(0, { bytes: 6 })]));
    await stranger.ingestion.saveAll();
    const worker = await aClaimedWorker([0, 1], { archive: stranger.archive });
    worker.ingestion.onBatch(eventBatch([0]));
    worker.ingestion.onBatch(eventBatch([0], { partition: 1 }));
    await worker.ingestion.saveAll();
    expect([...worker.ingestion.stoppedPartitions].map(([partition, { code }]) => [partition, code])).toEqual([
      [0, 'ARCHIVE_CONFLICT'],
    ]);
    expect([worker.store.nextOffset('totals', 0), worker.store.nextOffset('archive', 1)]).toEqual([1, 1]);
    stranger.archive.remove(stranger.archive.paths.find((path) => path.includes('devices-0')) ?? '');
    await pass(worker, RETRY_MS);
    worker.ingestion.onBatch(eventBatch([0]));
    await worker.ingestion.saveAll();
    expect(worker.store.nextOffset('archive', 0)).toBe(1);
    expect(kinds(worker, 0)).toEqual(['partition-stopped', 'partition-resumed']);
  });

  it('that has no leader is reported without a new claim, and read on when it has one', async () => {
    const worker = await aClaimedWorker([0, 1]);
    worker.ingestion.onBatch(eventBatch([0, 1]));
    worker.source.loseLeader(0);
    worker.ingestion.verifyOffsets(await worker.source.offsets());
    expect(faultIn(worker)).toMatch(/^PARTITION_UNAVAILABLE: partition 0 has no leader/);
    worker.source.hold(0);
    worker.ingestion.verifyOffsets(await worker.source.offsets());
    expect(worker.source.reads).toEqual(['0@0', '1@0', '0@2']);
    expect(kinds(worker, 0)).toEqual(['partition-stopped', 'partition-resumed']);
  });

  it('that has no leader when an unexpected batch arrives is read again as soon as it has one', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0, 1]));
    worker.source.loseLeader(0);
    expect(worker.ingestion.onBatch(eventBatch([5]))).toBe(false);
    await settled();
    worker.source.hold(0);
    worker.ingestion.verifyOffsets(await worker.source.offsets());
    expect(worker.source.reads).toEqual(['0@0', '0@2']);
  });
});

describe('a sum that is out of range', () => {
  /** Makes the store refuse every commit that contains the second record of partition 1. */
  function refusing(worker: TestWorker): void {
    worker.store.refuses = ({ moves }: TotalsCommit) =>
      moves.some(({ partition, from, to }) => partition === 1 && from <= 1 && to > 1)
        ? new SumOutOfRangeError('bigint out of range')
        : undefined;
  }

  it('stops only the partition whose events cause it', async () => {
    const worker = await aClaimedWorker([0, 1, 2]);
    refusing(worker);
    for (const partition of [0, 1, 2]) worker.ingestion.onBatch(eventBatch([0, 1], { partition }));
    await pass(worker, 1_000);
    expect(worker.source.reads).toEqual(['0@0', '1@0', '2@0', '0@0', '1@0', '2@0']);
    for (const partition of [0, 1, 2]) worker.ingestion.onBatch(eventBatch([0, 1], { partition }));
    await pass(worker, 1_000);
    expect([...worker.ingestion.stoppedPartitions].map(([partition, { code }]) => [partition, code])).toEqual([
      [1, 'SUM_OUT_OF_RANGE'],
    ]);
    expect([0, 1, 2].map((partition) => worker.store.nextOffset('totals', partition))).toEqual([2, 0, 2]);
  });

  it('makes its partition retry in a commit of its own, while the others go on', async () => {
    const worker = await aClaimedWorker([0, 1]);
    refusing(worker);
    for (const partition of [0, 1]) worker.ingestion.onBatch(eventBatch([0, 1], { partition }));
    await pass(worker, 1_000);
    for (const partition of [0, 1]) worker.ingestion.onBatch(eventBatch([0, 1], { partition }));
    await pass(worker, 1_000);
    await pass(worker, RETRY_MS);
    worker.ingestion.onBatch(eventBatch([0, 1], { partition: 1 }));
    worker.ingestion.onBatch(eventBatch([2], { partition: 0 }));
    await pass(worker, 1_000);
    expect(worker.store.nextOffset('totals', 0)).toBe(3);
    expect(kinds(worker, 1)).toEqual(['partition-stopped']);
    worker.store.refuses = () => undefined;
    await pass(worker, RETRY_MS);
    worker.ingestion.onBatch(eventBatch([0, 1], { partition: 1 }));
    await pass(worker, 1_000);
    expect(worker.store.nextOffset('totals', 1)).toBe(2);
    expect(kinds(worker, 1)).toEqual(['partition-stopped', 'partition-resumed']);
  });
});
