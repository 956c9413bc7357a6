import { DONE, ending, rowsOf } from '@antenna/test-kit';
import kafkajs, { type Transaction } from 'kafkajs';
import { newStream, type Stream } from '../stream.ts';
import { startWorker } from '../workers.ts';

const EVENT = '{"timestamp":"2022-10-29T13:17:00Z","id":"ana","antenna_id":"north","bytes":5,"app":"SKYPE"}';

describe('a partition whose newest offset is a transaction marker', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 1 });
  });

  afterEach(() => stream.close());

  it.each([
    ['of a transaction that was committed', 'commit', 15n],
    ['of a transaction that was aborted', 'abort', 0n],
  ] as const)('is drained up to its end, a marker %s', async (_which, outcome, bytes) => {
    await sendInTransaction(stream, (transaction) => transaction[outcome]());
    expect(await ending(startWorker('drain', stream.environment))).toEqual(DONE);
    expect(await stored(stream)).toEqual({ bytes, positions: [4, 4] });
  });
});

/** Three events at offsets 0 to 2, and a marker at 3. */
async function sendInTransaction({ brokers, topic }: Stream, end: (transaction: Transaction) => Promise<void>) {
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = client.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ value: EVENT }, { value: EVENT }, { value: EVENT }] });
  await end(transaction);
  await producer.disconnect();
}

async function stored({ databaseUrl }: Stream) {
  const totals = await rowsOf<{ value: string }>(
    databaseUrl,
    `SELECT value FROM bytes WHERE type = 'user_total_bytes'`,
  );
  const positions = await rowsOf<{ offset: number }>(databaseUrl, POSITIONS);
  return {
    bytes: totals.reduce((sum, { value }) => sum + BigInt(value), 0n),
    positions: positions.map(({ offset }) => offset),
  };
}

const POSITIONS = 'SELECT next_offset::float8 AS "offset" FROM pipeline.position';
