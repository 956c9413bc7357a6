import { compare } from './comparison.ts';
import type { Metric } from './metrics.ts';

interface Run {
  readonly contestant: string;
  readonly value: number;
}

const metric = (better: 'more' | 'less'): Metric<Run> => ({
  title: 'value',
  of: ({ value }) => value,
  better,
  digits: 0,
  targets: { rival: 4 },
});

const runs = [
  { contestant: 'product', value: 90 },
  { contestant: 'rival', value: 20 },
  { contestant: 'product', value: 110 },
  { contestant: 'product', value: 100 },
  { contestant: 'other', value: 50 },
];

describe('a comparison', () => {
  it('takes the median of each', () => {
    expect(compare(metric('more'), runs)?.product).toEqual({ median: 100, min: 90, max: 110, count: 3 });
  });

  it('states the ratio as «times more» where more is better', () => {
    expect(compare(metric('more'), runs)?.rivals.map(({ ratio }) => ratio)).toEqual([5, 2]);
  });

  it('states the ratio as «times less» where less is better', () => {
    expect(compare(metric('less'), runs)?.rivals.map(({ ratio }) => ratio)).toEqual([0.2, 0.5]);
  });

  it('has a target for some rivals only', () => {
    expect(compare(metric('more'), runs)?.rivals.map(({ target }) => target)).toEqual([4, undefined]);
  });

  it('without the product is none', () => {
    expect(compare(metric('more'), [{ contestant: 'rival', value: 1 }])).toBeUndefined();
  });
});
