import { until } from '@antenna/test-kit';
import { newStream, send, someRecords, type Stream } from './stream.ts';
import { streamDifferences } from './stream-differences.ts';
import { addPartitions } from './topic-changes.ts';
import { DONE, ending, startWorker } from './worker-process.ts';

describe('several workers of one group', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 4 });
  });

  afterEach(() => stream.close());

  it('lose and repeat nothing while they join, leave, and one is frozen and thaws', async () => {
    const records = someRecords(7, 9_000);
    const third = records.length / 3;
    const frozen = startWorker('serve', stream.environment);
    await send(stream, records.slice(0, third));
    const steady = startWorker('serve', stream.environment);
    await claims(steady, 1);

    frozen.kill('SIGSTOP');
    await send(stream, records.slice(third, 2 * third));
    // Expelled for its silence, the frozen one holds partitions no longer.
    await claims(steady, 2);
    frozen.kill('SIGCONT');
    await send(stream, records.slice(2 * third));

    frozen.kill('SIGTERM');
    expect(await ending(frozen)).toEqual(DONE);
    steady.kill('SIGTERM');
    expect(await ending(steady)).toEqual(DONE);
    expect(await ending(startWorker('drain', stream.environment))).toEqual(DONE);
    expect(await streamDifferences(stream, records)).toEqual([]);
  }, 180_000);

  it('read partitions that are added while they run', async () => {
    const records = someRecords(8, 2_000);
    await send(stream, records.slice(0, 1_000));
    const worker = startWorker('serve', stream.environment);
    await claims(worker, 1);
    await addPartitions(stream, 8);
    await until(() => claimed(worker).some((line) => line.includes('7')), {
      what: 'claim of the new partitions',
      deadlineMs: 40_000,
    });
    await send(stream, records.slice(1_000));
    expect(await ending(startWorker('drain', stream.environment))).toEqual(DONE);
    worker.kill('SIGTERM');
    expect(await ending(worker)).toEqual(DONE);
    expect(await streamDifferences(stream, records)).toEqual([]);
  }, 180_000);
});

type Running = ReturnType<typeof startWorker>;

const outputs = new WeakMap<Running, string[]>();

/** The log lines so far in which a worker tells what it has claimed. */
function claimed(worker: Running): readonly string[] {
  let lines = outputs.get(worker);
  if (lines === undefined) {
    const collected: string[] = [];
    worker.all.on('data', (data: Buffer) => collected.push(...data.toString().split('\n')));
    outputs.set(worker, collected);
    lines = collected;
  }
  return lines.filter((line) => line.includes('"claimed"'));
}

function claims(worker: Running, count: number): Promise<unknown> {
  return until(() => claimed(worker).length >= count, { what: `claim number ${count}`, deadlineMs: 60_000 });
}
