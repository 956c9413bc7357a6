import { join } from 'node:path';
import type { RecordCursor } from '@antenna/ingestion';
import { java, kafkaJars } from '@antenna/local-stack';
import { testTopic, type TestTopic } from '@antenna/test-kit';
import { execa } from 'execa';
import fc from 'fast-check';
import kafkajs, { type Producer, type Transaction } from 'kafkajs';
import { DirectFetches } from './testing/fetch-directly.ts';

/** Maximum sizes of a fetch in bytes: one stored batch at a time, a few batches, everything. */
const SIZES = [1, 400, 1_000_000];

const PRODUCERS = 4;

/** The next action of one of the producers. */
interface Step {
  readonly producer: number;
  readonly action: 'send' | 'commit' | 'abort' | 'send without a transaction';
  readonly records: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  producer: fc.nat(PRODUCERS - 1),
  action: fc.constantFrom('send', 'send', 'send', 'commit', 'abort', 'abort', 'send without a transaction'),
  records: fc.integer({ min: 1, max: 3 }),
});

function historyOf(seed: number): readonly Step[] {
  return fc.sample(fc.array(step, { minLength: 45, maxLength: 45 }), { seed, numRuns: 1 })[0] ?? [];
}

describe('records that transactional producers wrote to one partition', () => {
  let topic: TestTopic;

  beforeEach(async () => {
    topic = await testTopic();
  });

  afterEach(() => topic.close());

  it.each([1, 2, 3])(
    "are delivered as Kafka's own consumer delivers them, from every offset and in fetches of every size: history %d",
    async (seed) => {
      await play(topic, historyOf(seed));
      const committed = await readWithJava(topic);
      const end = committed.length - 1;
      expect(end).toBeGreaterThan(40);
      const fetched = await fetchAll(topic, end);
      expect(fetched.map(({ offsets }) => offsets)).toEqual(
        fetched.map(({ from, nextOffset }) => committed[from]?.filter((offset) => offset < nextOffset)),
      );
      expect(fetched.filter(({ from, nextOffset }) => nextOffset <= from || nextOffset > end)).toEqual([]);
    },
  );
});

/** Several transactions are open at a time. The last one stays open and hides everything from its first record on. */
async function play({ brokers, topic }: TestTopic, history: readonly Step[]): Promise<void> {
  const retry = { initialRetryTime: 20, retries: 20 };
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING, retry });
  const producers = Array.from({ length: PRODUCERS }, (_, number) =>
    client.producer({ transactionalId: `${topic}-${number}`, maxInFlightRequests: 1, idempotent: true }),
  );
  const plain = client.producer();
  await Promise.all([plain, ...producers].map((producer) => producer.connect()));
  const open = new Map<number, Transaction>();
  for (const { producer, action, records } of history) {
    const batch = { topic, messages: Array.from({ length: records }, () => ({ value: 'a record', partition: 0 })) };
    if (action === 'send without a transaction') await plain.send(batch);
    else if (action === 'send') await (await transactionOf(producers, { producer, open })).send(batch);
    else {
      await open.get(producer)?.[action]();
      open.delete(producer);
    }
  }
  for (const transaction of [...open.values()].slice(0, -1).reverse()) await transaction.abort();
  await Promise.all([plain, ...producers].map((producer) => producer.disconnect()));
}

async function transactionOf(
  producers: readonly Producer[],
  { producer, open }: { readonly producer: number; readonly open: Map<number, Transaction> },
): Promise<Transaction> {
  const transaction = open.get(producer) ?? (await producers[producer]!.transaction());
  open.set(producer, transaction);
  return transaction;
}

/** The offsets that Kafka's consumer reads to the end, by start offset. */
async function readWithJava({ brokers, topic }: TestTopic): Promise<readonly (readonly number[])[]> {
  const jars = await kafkaJars(() => undefined);
  const program = join(import.meta.dirname, 'testing', 'CommittedOffsets.java');
  const { stdout } = await execa(await java(), ['-cp', join(jars, '*'), program, brokers.join(','), topic]);
  return stdout.split('\n').map((line) => (line.split(':')[1] ?? '').split(' ').filter(Boolean).map(Number));
}

interface Fetched {
  readonly from: number;
  readonly size: number;
  readonly nextOffset: number;
  readonly offsets: readonly number[];
}

/** One fetch of every size from every offset before the end of the partition. */
async function fetchAll({ brokers, topic }: TestTopic, end: number): Promise<readonly Fetched[]> {
  const fetches = new DirectFetches(brokers[0]!, topic);
  await fetches.connect();
  const fetched: Fetched[] = [];
  for (const size of SIZES) {
    for (let from = 0; from < end; from += 1) {
      const parts = await fetches.fetch(from, size);
      const offsets = parts.flatMap((part) => offsetsOf(part.records()));
      fetched.push({ from, size, nextOffset: parts.at(-1)!.nextOffset, offsets });
    }
  }
  await fetches.disconnect();
  return fetched;
}

function offsetsOf(records: RecordCursor): readonly number[] {
  const offsets: number[] = [];
  while (records.next()) offsets.push(records.offset);
  return offsets;
}
