import { hourFolder } from '@antenna/archive-format';
import { fingerprintOf } from './fingerprint.ts';
import { aClaimedWorker, aWorker, faultIn, pass, settled, type TestWorker } from './testing/a-worker.ts';
import { aBatch, badRecord, eventBatch, eventRecord } from './testing/records.ts';
import type { SourceRecord } from './ports/index.ts';
import { MAX_HOURS_OF_CHUNK } from './archive-sink/partition-archive.ts';

const HOUR_13 = 'year=2022/month=10/day=29/hour=13';
const HOUR_9 = 'year=2022/month=10/day=29/hour=9';

/** A worker whose predecessor left an open intent for the chunk [0, 4) of each partition. */
function withOpenIntent(partitions: readonly number[] = [0]): TestWorker {
  const worker = aWorker();
  for (const partition of partitions) {
    worker.source.hold(partition);
    const paths = [`${HOUR_13}/devices-${partition}-000000000000-000000000004.parquet`];
    worker.store.intents.set(partition, { startOffset: 0, endOffset: 4, decoderVersion: 1, paths });
  }
  return worker;
}

/** A record with an event of the given hour since 1970. */
function ofHour(offset: number, hour: number): SourceRecord {
  return eventRecord(offset, { timestamp: new Date(hour * 3_600_000).toISOString() });
}

function archived({ archive }: TestWorker): unknown {
  return archive.paths.map((path) => [path, archive.offsets(path)]);
}

describe('a chunk of the archive', () => {
  it('becomes one file for each hour that it touches, and the manifest lists the files', async () => {
    const worker = await aClaimedWorker();
    const late = eventRecord(1, { timestamp: '2022-10-29T09:59:59Z', bytes: 11 });
    worker.ingestion.onBatch(aBatch([eventRecord(0), late, eventRecord(2)]));
    await worker.ingestion.saveAll();
    expect(archived(worker)).toEqual([
      [`${HOUR_13}/devices-0-000000000000-000000000003.parquet`, [0, 2]],
      [`${HOUR_9}/devices-0-000000000000-000000000003.parquet`, [1]],
    ]);
    expect(worker.store.manifest).toMatchObject([
      { rows: 2, eventBytes: 10n, sizeBytes: 102, checksum: 'file 1' },
      { rows: 1, eventBytes: 11n, sizeBytes: 101, checksum: 'file 2' },
    ]);
    expect(worker.store.intents.size).toBe(0);
  });

  it('is recorded as an intent before its first file exists, and in the manifest after its last', async () => {
    const worker = await aClaimedWorker();
    const held = Promise.withResolvers<undefined>();
    worker.archive.script.plan('create', held.promise);
    worker.ingestion.onBatch(eventBatch([0]));
    await pass(worker, 5_000);
    const path = `${HOUR_13}/devices-0-000000000000-000000000001.parquet`;
    const fingerprint = fingerprintOf(eventRecord(0));
    const intent = { startOffset: 0, endOffset: 1, decoderVersion: 1, paths: [path], fingerprint };
    expect(worker.store.intents.get(0)).toEqual(intent);
    expect([worker.archive.paths, worker.store.manifest]).toEqual([[], []]);
    held.resolve(undefined);
    await settled();
    expect(worker.store.manifest.map((file) => file.path)).toEqual(worker.archive.paths);
  });

  it('of nothing but dead letters moves the position without a file and without an intent', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(aBatch([badRecord(0), badRecord(1)]));
    await worker.ingestion.saveAll();
    expect(worker.store.nextOffset('archive', 0)).toBe(2);
    expect(worker.store.script.calls).not.toContain('recordIntent');
    expect([worker.archive.paths, worker.store.manifest]).toEqual([[], []]);
  });

  it('is sealed when its oldest row has waited for the interval', async () => {
    const worker = await aClaimedWorker();
    worker.ingestion.onBatch(eventBatch([0]));
    await pass(worker, 4_000);
    worker.ingestion.onBatch(eventBatch([1]));
    await pass(worker, 999);
    expect(worker.archive.paths).toEqual([]);
    await pass(worker, 1);
    expect(worker.archive.paths).toEqual([`${HOUR_13}/devices-0-000000000000-000000000002.parquet`]);
  });

  it('is sealed at the greatest number of rows in all partitions, the largest first', async () => {
    const worker = await aClaimedWorker([0, 1, 2], { archiveRollRows: 6 });
    worker.ingestion.onBatch(eventBatch([0, 1], { partition: 0 }));
    worker.ingestion.onBatch(eventBatch([0, 1, 2], { partition: 1 }));
    await settled();
    expect(worker.archive.paths).toEqual([]);
    worker.ingestion.onBatch(eventBatch([0], { partition: 2 }));
    await settled();
    expect(archived(worker)).toEqual([[`${HOUR_13}/devices-1-000000000000-000000000003.parquet`, [0, 1, 2]]]);
  });

  it('waits for the chunk before it in its partition', async () => {
    const worker = await aClaimedWorker([0], { archiveRollRows: 1 });
    const held = Promise.withResolvers<undefined>();
    worker.archive.script.plan('create', held.promise);
    worker.ingestion.onBatch(eventBatch([0]));
    worker.ingestion.onBatch(eventBatch([1]));
    await settled();
    expect(worker.store.intents.get(0)?.endOffset).toBe(1);
    held.resolve(undefined);
    await settled();
    expect(worker.store.nextOffset('archive', 0)).toBe(2);
  });

  it('is written concurrently with the chunk of one other partition at most', async () => {
    const worker = await aClaimedWorker([0, 1, 2], { archiveRollRows: 1 });
    const held = Promise.withResolvers<undefined>();
    worker.archive.script.plan('create', held.promise, held.promise, held.promise);
    for (const partition of [0, 1, 2]) worker.ingestion.onBatch(eventBatch([0], { partition }));
    await settled();
    expect([...worker.store.intents.keys()]).toEqual([0, 1]);
    held.resolve(undefined);
    await settled();
    expect(worker.store.manifest).toHaveLength(3);
  });

  it('has several of its files created at the same time', async () => {
    const worker = await aClaimedWorker();
    const held = Promise.withResolvers<undefined>();
    worker.archive.script.plan('create', held.promise, held.promise, held.promise);
    worker.ingestion.onBatch(aBatch([0, 1, 2].map((offset) => ofHour(offset, offset))));
    await pass(worker, 5_000);
    expect(worker.archive.script.calls).toEqual(['create', 'create', 'create']);
    held.resolve(undefined);
    await settled();
    expect(worker.store.manifest).toHaveLength(3);
  });

  // hours 0 1 … 999, 0 ┤ 1000 …
  it('ends before the event that would exceed the maximum number of hours', async () => {
    const worker = await aClaimedWorker([0], { archiveRollRows: 10_000 });
    const hours = [...Array(MAX_HOURS_OF_CHUNK).keys(), 0, MAX_HOURS_OF_CHUNK, 1];
    const records = hours.map((hour, offset) => ofHour(offset, hour));
    worker.ingestion.onBatch(aBatch(records));
    for (let turns = 0; turns < 10; turns += 1) await settled();
    const end = MAX_HOURS_OF_CHUNK + 1;
    expect(worker.store.nextOffset('archive', 0)).toBe(end);
    expect(worker.store.manifest).toHaveLength(MAX_HOURS_OF_CHUNK);
    expect(worker.store.fingerprint('archive', 0)).toEqual(fingerprintOf(records[end - 1]!));
    await worker.ingestion.saveAll();
    expect(worker.store.manifest).toHaveLength(MAX_HOURS_OF_CHUNK + 2);
    expect(worker.store.nextOffset('archive', 0)).toBe(end + 2);
  });

  it('does not delay the totals while the archive storage is down', async () => {
    const worker = await aClaimedWorker([0], { archiveRollRows: 1 });
    worker.archive.script.plan('create', Promise.withResolvers().promise);
    worker.ingestion.onBatch(eventBatch([0]));
    await pass(worker, 1_000);
    expect(worker.store.totals).toContain('13:15 user ana 5');
  });
});

describe('records that were waiting for the archive before the claim', () => {
  /** Claims a partition with records below `stable`, of which the first has waited for `waitingMs`. */
  async function claimed(
    { waitingMs, stable }: { waitingMs: number; stable: number },
    settings = {},
  ): Promise<TestWorker> {
    const worker = aWorker(settings);
    worker.source.hold(0, { stable });
    worker.store.waitingMs.set(0, waitingMs);
    await worker.ingestion.onPartitionsAssigned([0]);
    return worker;
  }

  // waited 4 s ┤claim├ 1 s ┤ file
  it('wait only for the rest of the roll interval', async () => {
    const worker = await claimed({ waitingMs: 4_000, stable: 2 });
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await pass(worker, 999);
    expect(worker.archive.paths).toEqual([]);
    await pass(worker, 1);
    expect(worker.archive.paths).toEqual([`${HOUR_13}/devices-0-000000000000-000000000002.parquet`]);
  });

  it('are archived once the end at the claim is reached, when the interval was over at the claim', async () => {
    const worker = await claimed({ waitingMs: 6_000, stable: 3 });
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await settled();
    expect(worker.archive.paths).toEqual([]);
    worker.ingestion.onBatch(eventBatch([2, 3]));
    await settled();
    expect(worker.archive.paths).toEqual([`${HOUR_13}/devices-0-000000000000-000000000004.parquet`]);
  });

  it('are archived as far as read 5 s after the claim, when the interval was over at the claim', async () => {
    const worker = await claimed({ waitingMs: 21_000, stable: 1_000 }, { archiveRollIntervalMs: 20_000 });
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await pass(worker, 4_999);
    expect(worker.archive.paths).toEqual([]);
    await pass(worker, 1);
    expect(worker.archive.paths).toEqual([`${HOUR_13}/devices-0-000000000000-000000000002.parquet`]);
    worker.ingestion.onBatch(eventBatch([2]));
    await pass(worker, 19_999);
    expect(worker.archive.paths).toHaveLength(1);
    await pass(worker, 1);
    expect(worker.archive.paths).toHaveLength(2);
  });

  it('are archived without the catch-up time once they have waited for two roll intervals', async () => {
    const worker = await claimed({ waitingMs: 10_000, stable: 1_000 });
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await settled();
    expect(worker.archive.paths).toEqual([`${HOUR_13}/devices-0-000000000000-000000000002.parquet`]);
    worker.ingestion.onBatch(eventBatch([2]));
    await pass(worker, 4_999);
    expect(worker.archive.paths).toHaveLength(1);
  });

  it('do not shorten the roll interval of later chunks', async () => {
    const worker = await claimed({ waitingMs: 60_000, stable: 1 });
    worker.ingestion.onBatch(eventBatch([0]));
    await settled();
    worker.ingestion.onBatch(eventBatch([1]));
    await pass(worker, 4_999);
    expect(worker.archive.paths).toHaveLength(1);
  });

  it('are archived as soon as an open intent before them is redone', async () => {
    const worker = withOpenIntent();
    worker.source.hold(0, { stable: 6 });
    worker.store.waitingMs.set(0, 60_000);
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(eventBatch([0, 1, 2, 3, 4, 5]));
    await settled();
    expect(worker.store.nextOffset('archive', 0)).toBe(6);
  });
});

describe('a file of a chunk that exists already', () => {
  it('is adopted with its own size and checksum when it holds the rows of the chunk', async () => {
    const worker = await aClaimedWorker();
    worker.archive.script.plan('create', 'lose answer');
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await worker.ingestion.saveAll();
    expect(worker.archive.script.calls).toEqual(['create', 'create', 'read']);
    expect(worker.store.manifest).toMatchObject([{ rows: 2, sizeBytes: 102, checksum: 'file 1' }]);
  });

  it('is listed with its erased events when an erasure has rewritten it before a restore of the database', async () => {
    const before = await aClaimedWorker();
    const records = [eventRecord(0, { id: 'ana' }), eventRecord(1, { id: 'bob' }), eventRecord(2, { id: 'ana' })];
    before.ingestion.onBatch(aBatch(records));
    await before.ingestion.saveAll();
    before.archive.erase('ana');
    const restored = await aClaimedWorker([0], { archive: before.archive });
    restored.ingestion.onBatch(aBatch(records));
    await restored.ingestion.saveAll();
    expect(restored.store.manifest).toMatchObject([{ rows: 3, erasedEvents: 2, checksum: 'erased' }]);
  });

  it('stops its partition when it holds other rows', async () => {
    const stranger = await aClaimedWorker();
    stranger.ingestion.onBatch(aBatch([eventRecord(0), eventRecord(1, { bytes: 6 })]));
    await stranger.ingestion.saveAll();
    const worker = await aClaimedWorker([0], { archive: stranger.archive });
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await worker.ingestion.saveAll();
    expect(faultIn(worker)).toMatch(/^ARCHIVE_CONFLICT: .* holds another bytes in row 1 \(offset 1\)/);
    expect([worker.store.manifest, worker.store.nextOffset('totals', 0)]).toEqual([[], 2]);
  });
});

describe('an intent that a predecessor left open', () => {
  it('is redone as one chunk, even if it touches more hours than a new chunk may', async () => {
    const worker = await aClaimedWorker([0], { archiveRollRows: 10_000 });
    const hours = [...Array(MAX_HOURS_OF_CHUNK + 1).keys()];
    const paths = hours.map((hour) => `${hourFolder(hour * 3_600_000)}/devices-0-000000000000-000000001001.parquet`);
    worker.store.intents.set(0, { startOffset: 0, endOffset: hours.length, decoderVersion: 1, paths: paths.sort() });
    worker.source.hold(0, { latest: hours.length });
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(aBatch(hours.map((hour, offset) => ofHour(offset, hour))));
    await worker.ingestion.saveAll();
    expect(worker.store.manifest).toHaveLength(hours.length);
  });

  it('is redone exactly up to its end, wherever the batches end', async () => {
    const worker = withOpenIntent();
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(eventBatch([0, 1]));
    await pass(worker, 60_000);
    expect(worker.archive.paths).toEqual([]);
    worker.ingestion.onBatch(eventBatch([2, 3, 4, 5]));
    await settled();
    expect(archived(worker)).toEqual([[`${HOUR_13}/devices-0-000000000000-000000000004.parquet`, [0, 1, 2, 3]]]);
    expect([worker.store.nextOffset('archive', 0), worker.store.intents.size]).toEqual([4, 0]);
    await worker.ingestion.saveAll();
    expect(archived(worker)).toContainEqual([`${HOUR_13}/devices-0-000000000004-000000000006.parquet`, [4, 5]]);
  });

  // events 0 1 ┤ gap ├ intent ends at 4 ┤ gap ├ event 7
  it('can end in a gap between records', async () => {
    const worker = withOpenIntent();
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(eventBatch([0, 1, 7]));
    await worker.ingestion.saveAll();
    expect(archived(worker)).toEqual([
      [`${HOUR_13}/devices-0-000000000000-000000000004.parquet`, [0, 1]],
      [`${HOUR_13}/devices-0-000000000004-000000000008.parquet`, [7]],
    ]);
  });

  it('can end with control records', async () => {
    const worker = withOpenIntent();
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(eventBatch([0]));
    worker.ingestion.onBatch(aBatch([], { fetchedOffset: 1, nextOffset: 4 }));
    await settled();
    expect(worker.store.nextOffset('archive', 0)).toBe(4);
  });

  it('is redone by adopting the files that exist and creating the others', async () => {
    const before = await aClaimedWorker();
    const records = [eventRecord(0), eventRecord(1, { timestamp: '2022-10-29T09:00:00Z' })];
    before.archive.script.plan('create', Promise.resolve(), Promise.withResolvers().promise);
    before.ingestion.onBatch(aBatch(records));
    await pass(before, 5_000);
    expect(before.archive.paths).toHaveLength(1);
    const after = await aClaimedWorker([0], before);
    // The totals are ahead: the record below their position is compared first.
    after.ingestion.onBatch(aBatch(records.slice(1)));
    after.ingestion.onBatch(aBatch([...records, eventRecord(2)]));
    await settled();
    expect(archived(after)).toEqual([
      [`${HOUR_13}/devices-0-000000000000-000000000002.parquet`, [0]],
      [`${HOUR_9}/devices-0-000000000000-000000000002.parquet`, [1]],
    ]);
    expect(after.store.manifest.map(({ checksum }) => checksum)).toEqual(['file 1', 'file 2']);
  });

  it('is redone one partition at a time, while partitions without an intent are read at once', async () => {
    const worker = withOpenIntent([0, 2]);
    worker.source.hold(1);
    await worker.ingestion.onPartitionsAssigned([0, 1, 2]);
    expect(worker.source.reads).toEqual(['1@0', '0@0']);
    worker.ingestion.onBatch(eventBatch([0, 1, 2, 3]));
    await settled();
    expect(worker.source.reads).toEqual(['1@0', '0@0', '2@0']);
    const open = worker.observed.flatMap((event) => (event.kind === 'intents' ? [event.open] : []));
    expect(open).toEqual([2, 1]);
  });

  it('counts as open until its chunk is archived', async () => {
    const worker = withOpenIntent([0]);
    worker.source.hold(1);
    await worker.ingestion.onPartitionsAssigned([0, 1]);
    const open = [worker.ingestion.openIntents];
    worker.ingestion.onBatch(eventBatch([0, 1, 2, 3]));
    await settled();
    expect([...open, worker.ingestion.openIntents]).toEqual([1, 0]);
  });

  it('does not count as open while its partition is stopped', async () => {
    const worker = withOpenIntent();
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(aBatch([eventRecord(0, { timestamp: '2022-10-29T09:00:00Z' }), eventRecord(4)]));
    await settled();
    expect(worker.ingestion.openIntents).toBe(0);
  });

  it('stops its partition when its records now map to other files', async () => {
    const worker = withOpenIntent();
    await worker.ingestion.onPartitionsAssigned([0]);
    worker.ingestion.onBatch(aBatch([eventRecord(0, { timestamp: '2022-10-29T09:00:00Z' }), eventRecord(4)]));
    await settled();
    expect(faultIn(worker)).toContain('finish the intent with the version of this program');
    expect(worker.archive.paths).toEqual([]);
  });
});

describe('a call of the archive sink to the position store', () => {
  it.each(['recordIntent', 'completeChunk'])('makes the worker claim again when %s is fenced off', async (call) => {
    const worker = await aClaimedWorker();
    const held = Promise.withResolvers<undefined>();
    worker.store.script.plan(call, held.promise);
    worker.ingestion.onBatch(eventBatch([0]));
    await pass(worker, 5_000);
    await aClaimedWorker([0], worker);
    held.resolve(undefined);
    await settled();
    expect([worker.source.reclaims, worker.store.manifest]).toEqual([1, []]);
  });

  it('lists a completed chunk once when the answer is lost', async () => {
    const worker = await aClaimedWorker();
    worker.store.script.plan('completeChunk', 'lose answer');
    worker.ingestion.onBatch(eventBatch([0]));
    await pass(worker, 5_000);
    expect([worker.source.reclaims, worker.store.manifest.length]).toEqual([1, 1]);
    await worker.ingestion.onPartitionsAssigned([0]);
    expect(worker.source.reads.at(-1)).toBe('0@0');
    expect(worker.store.nextOffset('archive', 0)).toBe(1);
  });

  it('records an intent again when the answer is lost', async () => {
    const worker = await aClaimedWorker();
    worker.store.script.plan('recordIntent', 'lose answer');
    worker.ingestion.onBatch(eventBatch([0]));
    await worker.ingestion.saveAll();
    expect([worker.source.reclaims, worker.store.manifest.length]).toEqual([0, 1]);
  });
});
