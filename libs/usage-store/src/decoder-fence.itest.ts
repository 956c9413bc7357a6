import type { ClaimedPosition, Sink } from '@antenna/ingestion';
import fc from 'fast-check';
import type { Knex } from 'knex';
import type { PostgresPositionStore } from './position-store.ts';
import { aCommit, aMove } from './testing/a-commit.ts';
import { TestStore } from './testing/test-store.ts';

const BOTH: readonly Sink[] = ['totals', 'archive'];
const PARTITION = 3;
const REFUSED = { code: 'DECODER_VERSION', exitCode: 1 };

describe('a worker with another version of the decoder', () => {
  let store: TestStore;
  let database: Knex;

  beforeEach(async () => {
    store = await TestStore.open();
    ({ database } = store);
  });

  afterEach(() => store.close());

  const workerOf = (decoderVersion: number) => store.worker({ decoderVersion });
  const claim = (version: number, sinks = BOTH) => workerOf(version).claim(sinks, [PARTITION]);

  /** Claims with a worker of this version, and commits each sink up to its offset. */
  async function process(version: number, ends: Partial<Record<Sink, number>>): Promise<void> {
    const claimed = await claim(
      version,
      BOTH.filter((sink) => sink in ends),
    );
    for (const position of claimed)
      expect(await committed(store.worker(), position, ends[position.sink] ?? 0)).toBe(true);
  }

  it('continues when both sinks have reached the same offset', async () => {
    await process(1, { totals: 10, archive: 10 });
    await process(2, { totals: 20, archive: 15 });
    expect(await claim(2)).toMatchObject([{ nextOffset: 15 }, { nextOffset: 20 }]);
  });

  it.each([
    ['the archive is behind the totals', { totals: 10, archive: 8 }],
    ['the totals are behind the archive', { totals: 8, archive: 10 }],
    ['nothing is archived yet', { totals: 10, archive: 0 }],
  ])('is refused while %s, and the error says what to do', async (_case, ends) => {
    await process(1, ends);
    await expect(claim(2)).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringMatching(/partition 3 of topic devices.*speed-layer:drain/) as string,
    });
  });

  it('is refused even if it claims the totals sink only, since the archive would continue with other rules', async () => {
    await process(1, { totals: 10, archive: 8 });
    await expect(claim(2, ['totals'])).rejects.toMatchObject(REFUSED);
  });

  it('is refused while a chunk has an open intent', async () => {
    const [archive] = await claim(1);
    const intent = { partition: PARTITION, epoch: archive?.epoch ?? 0, startOffset: 0, endOffset: 5, paths: ['a'] };
    await workerOf(1).recordIntent({ ...intent, decoderVersion: 1 });
    await expect(claim(2)).rejects.toMatchObject(REFUSED);
    await expect(claim(1)).resolves.toHaveLength(2);
  });

  it('is accepted after the older version has brought both sinks to the same offset', async () => {
    await process(1, { totals: 10, archive: 8 });
    await expect(claim(2)).rejects.toMatchObject(REFUSED);
    await process(1, { totals: 10, archive: 10 });
    await expect(claim(2)).resolves.toHaveLength(2);
  });

  it('fences the workers of the older version, also in a sink that it has not claimed', async () => {
    const [archive] = await claim(1);
    await claim(2, ['totals']);
    expect(archive === undefined || (await committed(store.worker(), archive, 5))).toBe(false);
    await expect(claim(1)).resolves.toHaveLength(2);
  });

  it('cannot begin an archive with records that the older version has decoded for the totals', async () => {
    await process(1, { totals: 10 });
    await process(2, { totals: 20 });
    await expect(claim(2)).rejects.toMatchObject(REFUSED);
    await expect(claim(2, ['totals'])).resolves.toHaveLength(1);
  });

  it('continues below the first offset of its version after both sinks were moved back', async () => {
    await process(1, { totals: 10, archive: 10 });
    await process(2, { totals: 10, archive: 10 });
    await database.raw('UPDATE pipeline.position SET next_offset = 4, epoch = epoch + 1');
    await process(2, { totals: 8, archive: 6 });
    await expect(claim(2)).resolves.toHaveLength(2);
  });
});

/** Random claims by either version, and commits by any earlier claimant, which may be fenced by then. */
const steps = fc.array(
  fc.oneof(
    fc.record({
      version: fc.constantFrom(1, 2),
      sinks: fc.constantFrom<readonly Sink[]>(BOTH, ['totals']),
    }),
    fc.record({ claim: fc.nat(), records: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ claim: fc.nat(), records: fc.integer({ min: 1, max: 3 }) }),
  ),
  { minLength: 5, maxLength: 25 },
);

describe('programs of two decoder versions that claim and commit in any order', () => {
  it('never process a record with different versions in the two sinks', async () => {
    const store = await TestStore.open();
    let partition = 0;
    try {
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          partition += 1;
          const versions = { totals: new Map<number, number>(), archive: new Map<number, number>() };
          const claims: { readonly version: number; readonly position: ClaimedPosition; next: number }[] = [];
          for (const step of sequence) {
            if ('version' in step) {
              const worker = store.worker({ decoderVersion: step.version });
              const claimed = await worker.claim(step.sinks, [partition]).catch(() => []);
              claims.push(
                ...claimed.map((position) => ({ version: step.version, position, next: position.nextOffset })),
              );
              continue;
            }
            const claim = claims[step.claim % Math.max(claims.length, 1)];
            if (claim === undefined) continue;
            const to = claim.next + step.records;
            const isDone = await committed(store.worker(), { ...claim.position, nextOffset: claim.next }, to);
            if (!isDone) continue;
            for (; claim.next < to; claim.next += 1) versions[claim.position.sink].set(claim.next, claim.version);
          }
          for (const [offset, version] of versions.archive) {
            expect([version, undefined]).toContain(versions.totals.get(offset));
          }
        }),
        { numRuns: 100 },
      );
    } finally {
      await store.close();
    }
  });
});

/** @returns false when the fence refuses the commit. */
async function committed(store: PostgresPositionStore, position: ClaimedPosition, to: number): Promise<boolean> {
  const { partition, epoch, nextOffset: from } = position;
  const move = aMove({ partition, epoch, from, to });
  try {
    if (position.sink === 'totals') await store.commitTotals(aCommit([], move));
    else await store.completeChunk({ move, decoderVersion: 1, files: [], hasIntent: false });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'FENCE_LOST' });
    return false;
  }
}
