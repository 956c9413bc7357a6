import { rowsOf } from '@antenna/test-kit';
import type { Transaction } from 'kafkajs';
import { countedBytes, EVENT, newStream, openTransaction, type Stream } from '../stream.ts';
import { drain } from '../workers.ts';

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
