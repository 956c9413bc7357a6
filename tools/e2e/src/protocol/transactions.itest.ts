import { rowsOf } from '@antenna/test-kit';
import type { Transaction } from 'kafkajs';
import { streamDifferences } from '@antenna/oracle';
import { countedBytes, EVENT, newStream, openTransaction, send, someRecords, type Stream } from '../stream.ts';
import { drain, startBatch } from '../workers.ts';

const RECORD = { value: JSON.stringify(EVENT) };

describe('a partition whose newest offset is a transaction marker', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 1 });
  });

  afterEach(() => stream.close());

  it.each([
    ['of a transaction that was committed', 'commit', 15],
    ['of a transaction that was aborted', 'abort', 0],
  ] as const)('is drained up to its end, a marker %s', async (_which, outcome, bytes) => {
    await sendInTransaction(stream, (transaction) => transaction[outcome]());
    await drain(stream.environment);
    expect(await stored(stream)).toEqual({ bytes, positions: [4, 4] });
  });
});

/** Three events at offsets 0 to 2, and a marker at 3. */
async function sendInTransaction(stream: Stream, end: (transaction: Transaction) => Promise<void>) {
  const open = await openTransaction(stream, [RECORD, RECORD, RECORD]);
  await end(open.transaction);
  await open.close();
}

async function stored({ databaseUrl }: Stream) {
  const positions = await rowsOf<{ offset: number }>(databaseUrl, POSITIONS);
  return { bytes: await countedBytes(databaseUrl), positions: positions.map(({ offset }) => offset) };
}

const POSITIONS = 'SELECT next_offset::float8 AS "offset" FROM pipeline.position';

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
});
