import { exploreInParallel, partsOf } from './explore-in-parallel.ts';

describe('schedules that are shared out', () => {
  it('are all played, each once', () => {
    const seeds = [...partsOf({ firstSeed: 5, schedules: 10 }, 4)].flatMap(({ firstSeed, schedules }) =>
      Array.from({ length: schedules }, (_, n) => firstSeed + n),
    );
    expect(seeds).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  it('are in one part when they are few', () => {
    expect([...partsOf({ firstSeed: 1, schedules: 2 }, 4)]).toEqual([{ firstSeed: 1, schedules: 2 }]);
  });
});

describe('an exploration in parallel', () => {
  it('holds when all of its parts hold', async () => {
    expect(await exploreInParallel({ mutant: 'none', firstSeed: 1, schedules: 1_100 })).toBeUndefined();
  });

  it('finds a bug that is planted in each thread', async () => {
    const failing = await exploreInParallel({ mutant: 'late-event-dropped', firstSeed: 1, schedules: 40 });
    expect(failing?.seed).toBeLessThan(20);
    expect(failing?.violation).toEqual(expect.any(String));
  });
});
