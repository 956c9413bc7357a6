import { WindowTotals } from '@antenna/aggregation';
import type { ClaimedPosition, PositionMove, Sink } from '@antenna/ingestion';
import { type TestDatabase, testDatabase } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { openDatabase } from './database.ts';
import { PostgresPositionStore } from './position-store.ts';

const BOTH: readonly Sink[] = ['totals', 'archive'];
const PARTITION = 3;
const STREAM = {
  topic: 'devices',
  groupId: 'speed-layer',
  clusterId: 'cluster',
  archiveUrl: 'file:/archive',
  allowedLatenessMs: 60_000,
  owner: 'a test',
};
const REFUSED = { code: 'DECODER_VERSION', exitCode: 1 };

describe('a worker with another version of the decoder', () => {
  let provided: TestDatabase;
  let database: Knex;

  beforeEach(async () => {
    provided = await testDatabase();
    database = openDatabase({ url: provided.url }, { applicationName: 'test' });
  });

  afterEach(async () => {
    await database.destroy();
    await provided.close();
  });

  const workerOf = (decoderVersion: number) => new PostgresPositionStore(database, { ...STREAM, decoderVersion });
  const claim = (version: number, sinks = BOTH) => workerOf(version).claim(sinks, [PARTITION]);
  const commit = (position: ClaimedPosition | undefined, to: number) =>
    position?.sink === 'archive' ? completeChunk(position, to) : commitTotals(position, to);

  /** What a worker of this version makes durable of each sink. */
  async function process(version: number, ends: Partial<Record<Sink, number>>): Promise<void> {
    const claimed = await claim(
      version,
      BOTH.filter((sink) => sink in ends),
    );
    for (const position of claimed) await commit(position, ends[position.sink] ?? 0);
  }

  async function commitTotals(position: ClaimedPosition | undefined, to: number): Promise<void> {
    const none = new WindowTotals();
    await workerOf(1).commitTotals({
      moves: [aMove(position, to)],
      totals: none.rows(),
      userHours: none.userHours(),
      hourCounts: [],
      deadLetters: [],
      deadLetterRanges: [],
    });
  }

  async function completeChunk(position: ClaimedPosition, to: number): Promise<void> {
    const chunk = { move: aMove(position, to), decoderVersion: 1, files: [], hasIntent: false };
    await workerOf(1).completeChunk(chunk);
  }

  it('goes on where both sinks have come to the same offset', async () => {
    await process(1, { totals: 10, archive: 10 });
    await process(2, { totals: 20, archive: 15 });
    expect(await claim(2)).toMatchObject([{ nextOffset: 15 }, { nextOffset: 20 }]);
  });

  it.each([
    ['the archive is behind the totals', { totals: 10, archive: 8 }],
    ['the totals are behind the archive', { totals: 8, archive: 10 }],
    ['nothing is archived yet', { totals: 10, archive: 0 }],
  ])('is refused while %s, and says what to do', async (_case, ends) => {
    await process(1, ends);
    await expect(claim(2)).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringMatching(/partition 3 of topic devices.*speed-layer:drain/) as string,
    });
  });

  it('is refused with the totals alone, too: the archive would go on with other rules', async () => {
    await process(1, { totals: 10, archive: 8 });
    await expect(claim(2, ['totals'])).rejects.toMatchObject(REFUSED);
  });

  it('is refused while a chunk is half written', async () => {
    const [archive] = await claim(1);
    const intent = { partition: PARTITION, epoch: archive?.epoch ?? 0, startOffset: 0, endOffset: 5, paths: ['a'] };
    await workerOf(1).recordIntent({ ...intent, decoderVersion: 1 });
    await expect(claim(2)).rejects.toMatchObject(REFUSED);
    await expect(claim(1)).resolves.toHaveLength(2);
  });

  it('lets the older version bring both sinks together, and then goes on', async () => {
    await process(1, { totals: 10, archive: 8 });
    await expect(claim(2)).rejects.toMatchObject(REFUSED);
    await process(1, { totals: 10, archive: 10 });
    await expect(claim(2)).resolves.toHaveLength(2);
  });

  it('fences the workers of the older version, in the sinks that it has not claimed as well', async () => {
    const [archive] = await claim(1);
    await claim(2, ['totals']);
    await expect(commit(archive, 5)).rejects.toMatchObject({ code: 'FENCE_LOST' });
    await expect(claim(1)).resolves.toHaveLength(2);
  });

  it('keeps an archive from being begun with records that the totals have by older rules', async () => {
    await process(1, { totals: 10 });
    await process(2, { totals: 20 });
    await expect(claim(2)).rejects.toMatchObject(REFUSED);
    await expect(claim(2, ['totals'])).resolves.toHaveLength(1);
  });

  it('goes on below an offset of an older version once both sinks were taken back to it', async () => {
    await process(1, { totals: 10, archive: 10 });
    await process(2, { totals: 10, archive: 10 });
    await database.raw('UPDATE pipeline.position SET next_offset = 4, epoch = epoch + 1');
    await process(2, { totals: 8, archive: 6 });
    await expect(claim(2)).resolves.toHaveLength(2);
  });
});

function aMove(position: ClaimedPosition | undefined, to: number): PositionMove {
  const { partition, epoch, nextOffset: from } = position ?? { partition: PARTITION, epoch: 0, nextOffset: 0 };
  return { partition, epoch, from, to, fingerprint: undefined, greatestEventTimeMs: undefined };
}
