import { Histogram } from 'prom-client';
import { createMetrics, MergedHistogram } from './index.ts';

// prom-client counts observations beyond all bounds under the key -1, so no bucket here has the bound -1.
const config = { name: 'delay_seconds', help: 'A delay', buckets: [-2, 0, 0.5, 60] };
const observed = [-3, -2, 0.25, 0.5, 0.75, 90];

describe('a histogram of merged counts', () => {
  it('is exported as prom-client exports the same observations one by one', async () => {
    const [merged, single] = [createMetrics(), createMetrics()];
    const histogram = new MergedHistogram({ ...config, registers: [merged] });
    histogram.merge(new Map([-2, 0.5].map((bound, at) => [bound, 2 - at])), -4.75);
    histogram.merge(new Map([0.5, 60, 86_400].map((bound) => [bound, 1])), 91.25);
    const reference = new Histogram({ ...config, registers: [single] });
    for (const seconds of observed) reference.observe(seconds);
    expect(await merged.metrics()).toBe(await single.metrics());
  });

  it('is exported with zeros before the first observation', async () => {
    const registry = createMetrics();
    new MergedHistogram({ ...config, registers: [registry] });
    expect(await registry.metrics()).toContain('delay_seconds_count 0');
  });
});
