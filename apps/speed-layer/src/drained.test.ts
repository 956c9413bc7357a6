import { knownFailure } from '@antenna/cli';
import type { PartitionFault } from '@antenna/ingestion';
import { PartitionsStoppedError } from './drained.ts';
import { errorGuides, withAdvice } from './error-guides.ts';

const gap: PartitionFault = {
  code: 'DATA_GAP',
  message: 'position 3 is older than the oldest record 9',
  sink: 'totals',
};

describe('a drain that ends with a stopped partition', () => {
  it('names the command to run next only once, and exits with the code of a data gap', () => {
    const failure = knownFailure(new PartitionsStoppedError(new Map([[2, withAdvice(gap)]])), errorGuides);
    expect(failure?.exitCode).toBe(4);
    expect(failure?.message.split('speed-layer:acknowledge-gap')).toHaveLength(2);
    expect(failure?.message).toMatch(/^DATA_GAP: position 3 .*; all partitions were drained but 2 \(DATA_GAP\)$/);
  });
});
