import { seededChance } from '@antenna/simulator';
import { transactionPlan } from './transaction-plan.ts';

function plans(seed: number, partitions = 12) {
  const chance = seededChance(seed);
  return Array.from({ length: 200 }, () => transactionPlan(partitions, chance));
}

describe('the plan of a transaction', () => {
  it('is the same for the same seed', () => {
    expect(plans(3)).toEqual(plans(3));
  });

  it('ends in each of the four ways', () => {
    expect(new Set(plans(3).map(({ fate }) => fate))).toEqual(new Set(['commit', 'abort', 'die', 'hang']));
  });

  it('writes to few partitions, so that several transactions are open in one of them', () => {
    expect(new Set(plans(3).flatMap(({ partitions }) => partitions))).toEqual(new Set([0, 3, 6, 9]));
    expect(new Set(plans(3, 2).flatMap(({ partitions }) => partitions))).toEqual(new Set([0]));
  });

  it('sends at least one record', () => {
    expect(plans(3).every(({ sends }) => sends.length > 0 && sends.every((records) => records > 0))).toBe(true);
  });
});
