import { streamDifferences } from '@antenna/oracle';
import { newStream, openTransaction, send, someRecords } from '../stream.ts';
import { drain, startBatch } from '../workers.ts';

const RUN = ['run', '--date=2022-10-29', '--hour=15', '--require-final'];

it('an hour is not final while a transaction that hangs open hides the records of other producers behind it', async () => {
  const stream = await newStream({ partitions: 1 });
  const hanging = await openTransaction(stream, [{ key: 'a', value: 'undecided' }]);
  try {
    const records = someRecords(22, 1_000);
    await send(stream, records);
    // No consumer gets further than the open transaction: there is nothing to process.
    await drain(stream.environment);
    const early = await startBatch(RUN, stream.environment);
    expect(early.stderr).toContain('HOUR_NOT_FINAL');
    expect(early.exitCode).toBe(3);

    await hanging.transaction.abort();
    await drain(stream.environment);
    expect((await startBatch(RUN, stream.environment)).exitCode).toBe(0);
    const differences = await streamDifferences(stream, records);
    // The offsets of the aborted record and of its marker hold nothing to count.
    expect(differences.filter((difference) => !difference.startsWith('offsets: 2 rows differ'))).toEqual([]);
  } finally {
    await hanging.close();
    await stream.close();
  }
}, 180_000);
