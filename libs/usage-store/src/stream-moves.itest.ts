import { OtherStreamError, StreamNotDrainedError } from './errors.ts';
import { PostgresHourStore } from './hour-store.ts';
import { StreamMoves } from './stream-moves.ts';
import { StreamProgress } from './stream-progress.ts';
import { aCommit } from './testing/a-commit.ts';
import { STREAM, TestStore } from './testing/test-store.ts';

const NEXT = { toTopic: 'devices-2', toGroupId: 'speed-layer-2', toClusterId: 'cluster 2' };
const OF_NEXT = { topic: 'devices-2', groupId: 'speed-layer-2', clusterId: 'cluster 2' };
const HOUR = Date.UTC(2022, 9, 29, 13);

let test: TestStore;
let moves: StreamMoves;

beforeEach(async () => {
  test = await TestStore.open();
  moves = new StreamMoves(test.database, STREAM);
});

afterEach(() => test.close());

/** A worker has counted and archived partition 0 up to these offsets. */
async function read(totalsTo: number, archiveTo: number): Promise<void> {
  const worker = test.worker();
  await worker.claim(['totals', 'archive'], [0]);
  await worker.commitTotals(aCommit([], { epoch: 1, from: 0, to: totalsTo }));
  const move = {
    partition: 0,
    epoch: 1,
    from: 0,
    to: archiveTo,
    fingerprint: undefined,
    greatestEventTimeMs: undefined,
  };
  await worker.completeChunk({ move, decoderVersion: 1, files: [], hasIntent: false });
}

const moveAt = (...ends: readonly number[]) =>
  moves.move(
    ends.map((endOffset, partition) => ({ partition, endOffset })),
    NEXT,
    'an operator',
  );

describe('a move of the stream', () => {
  it.each([
    ['the totals are behind the end', 5, 10, [10]],
    ['the archive is behind the end', 10, 5, [10]],
    ['a partition that no worker has claimed has records', 10, 10, [10, 1]],
    ['the topic lacks a partition that was read', 10, 10, []],
    ['the log ends before the positions', 10, 10, [9]],
  ])('is refused when %s', async (_when, totalsTo, archiveTo, ends) => {
    await read(totalsTo, archiveTo);
    await expect(moveAt(...ends)).rejects.toThrow(StreamNotDrainedError);
    expect(await moves.last()).toBeUndefined();
  });

  it('is refused when the totals alone have read the topic', async () => {
    const worker = test.worker();
    await worker.claim(['totals'], [0]);
    await worker.commitTotals(aCommit([], { epoch: 1, from: 0, to: 10 }));
    await expect(moveAt(10)).rejects.toThrow('sink archive of partition 0 of topic devices is at offset 0');
  });

  it('is refused while a chunk is being written', async () => {
    await read(10, 10);
    const chunk = { partition: 0, epoch: 1, startOffset: 10, endOffset: 12, decoderVersion: 1, paths: ['a'] };
    await test.worker().recordIntent(chunk);
    await expect(moveAt(10)).rejects.toThrow('a chunk of topic devices is being written');
  });

  it('records the cut, refuses the former workers, and admits those of the next topic alone', async () => {
    await read(10, 10);
    await moveAt(10, 0);
    expect(await moves.last()).toEqual({
      ...NEXT,
      movedBy: 'an operator',
      movedAtMs: expect.any(Number) as number,
      ends: [
        { partition: 0, endOffset: 10 },
        { partition: 1, endOffset: 0 },
      ],
    });
    await expect(test.worker().claim(['totals'], [0])).rejects.toThrow(OtherStreamError);
    await expect(test.worker({ ...OF_NEXT, clusterId: 'a third' }).claim(['totals'], [0])).rejects.toThrow(
      OtherStreamError,
    );
    expect(await test.worker(OF_NEXT).claim(['totals'], [0])).toEqual([expect.objectContaining({ nextOffset: 0 })]);
  });

  it('lets no hour be final before the next topic is archived past it', async () => {
    await read(10, 10);
    await moveAt(10);
    const hours = new PostgresHourStore(test.database, { archiveUrl: STREAM.archiveUrl, previewedUsers: 1 });
    expect((await hours.readManifest(HOUR)).partitions).toEqual([]);
    await test.worker(OF_NEXT).claim(['totals', 'archive'], [0]);
    const progress = new StreamProgress(test.database, OF_NEXT.topic);
    await progress.noteEnds(() => Promise.resolve(new Map([[0, 5]])));
    expect((await hours.readManifest(HOUR)).partitions).toMatchObject([
      { topic: 'devices-2', archivedUntilMs: undefined },
    ]);
  });

  it('is refused to the present topic, also in another cluster', async () => {
    await read(10, 10);
    const target = { ...NEXT, toTopic: STREAM.topic };
    const attempt = moves.move([{ partition: 0, endOffset: 10 }], target, 'an operator');
    await expect(attempt).rejects.toThrow('give the next topic another name');
    expect(await test.worker().claim(['totals'], [0])).toEqual([expect.objectContaining({ nextOffset: 10 })]);
  });

  it('is refused to a topic of the same name in another cluster, whose offsets would mean other records', async () => {
    await read(10, 10);
    await moveAt(10);
    const back = new StreamMoves(test.database, { ...STREAM, ...OF_NEXT });
    const target = { toTopic: STREAM.topic, toGroupId: 'any', toClusterId: 'cluster 3' };
    await expect(back.move([], target, 'an operator')).rejects.toThrow(
      'give the topic of cluster cluster 3 another name',
    );
  });

  it('can be taken back before the next topic is read, unless that has records', async () => {
    await read(10, 10);
    await moveAt(10);
    const back = new StreamMoves(test.database, { ...STREAM, ...OF_NEXT });
    const target = { toTopic: STREAM.topic, toGroupId: STREAM.groupId, toClusterId: STREAM.clusterId };
    await expect(back.move([{ partition: 0, endOffset: 1 }], target, 'an operator')).rejects.toThrow(
      StreamNotDrainedError,
    );
    await back.move([{ partition: 0, endOffset: 0 }], target, 'an operator');
    expect(await test.worker().claim(['totals'], [0])).toEqual([expect.objectContaining({ nextOffset: 10 })]);
    expect(await moves.last()).toBeUndefined();
  });
});
