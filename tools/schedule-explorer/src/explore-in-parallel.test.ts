import { exploreInParallel, sharesOf } from './explore-in-parallel.ts';

describe('schedules that are shared out', () => {
  it('are all played, each once', () => {
    const shares = sharesOf({ mutant: 'none', firstSeed: 5, schedules: 10 }, 4);
    const seeds = shares.flatMap(({ firstSeed, schedules }) =>
      Array.from({ length: schedules }, (_, n) => firstSeed + n),
    );
    expect(seeds).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  it('are none for threads that are too many', () => {
    const shares = sharesOf({ mutant: 'none', firstSeed: 1, schedules: 2 }, 4);
    expect(shares.map(({ schedules }) => schedules)).toEqual([1, 1, 0, 0]);
  });
});

describe('an exploration in parallel', () => {
  it('holds when each of its parts holds', async () => {
    expect(await exploreInParallel({ mutant: 'none', firstSeed: 1, schedules: 20 })).toBeUndefined();
  });

  it('finds a bug that is planted in each thread', async () => {
    const failing = await exploreInParallel({ mutant: 'late-event-dropped', firstSeed: 1, schedules: 40 });
    expect(failing?.seed).toBeLessThan(20);
    expect(failing?.violation).toEqual(expect.any(String));
  });
});
