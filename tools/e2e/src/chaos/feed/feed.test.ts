import { seededChance } from '@antenna/simulator';
import { FeedHold } from './feeder.ts';
import { transactionPlan } from './transaction-plan.ts';

describe('holding what is written', () => {
  it('waits for the writes that have begun, and keeps others waiting until it is over', async () => {
    const hold = new FeedHold(0);
    const seen: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const writes = [
      hold.writing(async () => {
        await first.promise;
        seen.push('first write');
      }),
    ];
    const held = hold.whileHeld(() => Promise.resolve(seen.push('held')));
    writes.push(hold.writing(() => Promise.resolve(void seen.push('second write'))));
    first.resolve(undefined);
    await Promise.all([...writes, held]);
    expect(seen).toEqual(['first write', 'held', 'second write']);
  });

  it('lets go when what was done meanwhile fails', async () => {
    const hold = new FeedHold(0);
    await expect(hold.whileHeld(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await hold.writing(() => Promise.resolve('written'))).toBe('written');
  });
});

function plans(seed: number, partitions = 12) {
  const chance = seededChance(seed);
  return Array.from({ length: 200 }, () => transactionPlan(partitions, chance));
}

describe('the plan of a transaction', () => {
  it('is the same for the same seed', () => {
    expect(plans(3)).toEqual(plans(3));
  });

  it('ends in each of the four ways', () => {
    expect(new Set(plans(3).map(({ ending }) => ending))).toEqual(new Set(['commit', 'abort', 'die', 'hang']));
  });

  it('writes to few partitions, so that several transactions are open in one of them', () => {
    expect(new Set(plans(3).flatMap(({ partitions }) => partitions))).toEqual(new Set([0, 3, 6, 9]));
    expect(new Set(plans(3, 2).flatMap(({ partitions }) => partitions))).toEqual(new Set([0]));
  });

  it('sends at least one record', () => {
    expect(plans(3).every(({ sends }) => sends.length > 0 && sends.every((records) => records > 0))).toBe(true);
  });
});
