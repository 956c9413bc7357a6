import { PassThrough } from 'node:stream';
import { drainProgress } from './drain-progress.ts';

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
