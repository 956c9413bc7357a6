import { PassThrough } from 'node:stream';
import { knownFailure } from '@antenna/cli';
import type { PartitionFault } from '@antenna/ingestion';
import { drainProgress } from './drain.ts';
import { PartitionsStoppedError } from './drained.ts';
import { errorGuides, withAdvice } from './error-guides.ts';

function aStream(isTTY: boolean) {
  const text: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120, cursorTo: () => true, clearLine: () => true });
  stream.on('data', (chunk: Buffer) => text.push(chunk.toString()));
  // A pass-through stream stands in for a terminal: the bar uses no other members of a terminal than these.
  return { stream: stream as unknown as NodeJS.WriteStream, text };
}

describe('the progress of a drain', () => {
  it('is a bar on a terminal that counts the records read so far, out of the records to read at the start', () => {
    const { stream, text } = aStream(true);
    const progress = drainProgress(stream);
    progress.look(1_000);
    progress.look(0);
    progress.stop();
    expect(text.join('')).toContain('0/1000 records');
  });

  it('is silent without a terminal', () => {
    const { stream, text } = aStream(false);
    const progress = drainProgress(stream);
    progress.look(1_000);
    progress.stop();
    expect(text).toEqual([]);
  });
});

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
