import { setImmediate as turn } from 'node:timers/promises';
import { inParallel } from './in-parallel.ts';

describe('work in parallel', () => {
  it('gives the results in the order of the items', async () => {
    const turnsOf = new Map([
      ['a', 3],
      ['b', 1],
      ['c', 2],
    ]);
    const work = async (item: string) => {
      for (let turns = turnsOf.get(item) ?? 0; turns > 0; turns -= 1) await turn();
      return item.toUpperCase();
    };
    expect(await inParallel(['a', 'b', 'c'], 3, work)).toEqual(['A', 'B', 'C']);
  });

  it('never runs more than the limit at a time', async () => {
    let current = 0;
    let most = 0;
    await inParallel([...Array(20).keys()], 4, async () => {
      most = Math.max(most, (current += 1));
      await turn();
      current -= 1;
    });
    expect(most).toBe(4);
  });

  it('begins no item after a failure and waits for the items under way', async () => {
    const begun: number[] = [];
    let ended = 0;
    const work = async (item: number) => {
      begun.push(item);
      await turn();
      ended += 1;
      if (item === 0) throw new Error('no');
    };
    await expect(inParallel([0, 1, 2, 3, 4, 5], 2, work)).rejects.toThrow('no');
    expect(begun).toEqual([0, 1]);
    expect(ended).toBe(2);
  });
});
