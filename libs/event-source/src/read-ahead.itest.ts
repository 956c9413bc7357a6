import { randomBytes } from 'node:crypto';
import type { RecordBatch, RecordReceiver } from '@antenna/ingestion';
import { produce, testTopic, type TestTopic, until } from '@antenna/test-kit';
import manifest from 'kafkajs/package.json' with { type: 'json' };
import Broker from 'kafkajs/src/broker/index.js';
import { kafkaClient } from './kafka-client.ts';
import { KafkaEventSource } from './kafka-event-source.ts';

const PARTITIONS = [0, 1];
/** Of each partition: more than three fetches bring. */
const RECORDS = 700;
const RECORD_BYTES = 10_000;
const RECORDS_OF_A_BATCH = 70;

/** The offsets of partition 0 that a broker was asked for. */
let asked: (string | undefined)[] = [];
let underWay = 0;

beforeAll(() => {
  // The product's patch of `fetch`, which reads ahead, is applied later: it calls this function for each request that it sends.
  const fetch = Reflect.get(Broker.prototype, 'fetch');
  Broker.prototype.fetch = async function (this: Broker, request) {
    const partitions = request.topics.flatMap((each) => each.partitions);
    asked.push(partitions.find(({ partition }) => partition === 0)?.fetchOffset);
    underWay += 1;
    try {
      return await fetch.call(this, request);
    } finally {
      underWay -= 1;
    }
  };
});

it('the version of kafkajs is the one that the patch for reading ahead was written for', () => {
  expect(manifest.version).toBe('2.2.4');
});

describe('a backlog', () => {
  let topic: TestTopic;
  let source: KafkaEventSource;

  beforeEach(async () => {
    asked = [];
    topic = await testTopic({ partitions: PARTITIONS.length });
    for (let sent = 0; sent < RECORDS; sent += RECORDS_OF_A_BATCH)
      for (const partition of PARTITIONS)
        await produce(
          topic,
          Array.from({ length: RECORDS_OF_A_BATCH }, () => aRecord(partition)),
        );
    const { topic: name, brokers } = topic;
    const log = () => undefined;
    const client = kafkaClient({ brokers, topic: name, groupId: name, ssl: false, sasl: undefined }, 'test', log);
    source = new KafkaEventSource(client, { topic: name, groupId: name, sessionTimeoutMs: 10_000 }, log);
    await source.connect();
  });

  afterEach(async () => {
    await source.disconnect();
    await topic.close();
  });

  it('is read while the next fetch is under way, each record once and in order', async () => {
    const offsets = new Map<number, number[]>(PARTITIONS.map((partition) => [partition, []]));
    let aheadOfBatches = 0;
    await source.run(
      aReceiver(source, (batch) => {
        aheadOfBatches += underWay;
        offsets.get(batch.partition)?.push(...offsetsOf(batch));
      }),
    );
    await until(() => [...offsets.values()].every(({ length }) => length >= RECORDS), { what: 'all records' });
    const all = Array.from({ length: RECORDS }, (_, offset) => offset);
    expect([...offsets.values()]).toEqual([all, all]);
    expect(aheadOfBatches).toBeGreaterThan(0);
  });

  it('is fetched anew from where the receiver says, although the same offset was fetched ahead', async () => {
    let end = 0;
    await source.run(
      aReceiver(source, ({ partition, nextOffset }) => {
        if (partition !== 0 || end > 0) return;
        end = nextOffset;
        source.readFrom(0, end);
      }),
    );
    const timesAsked = () => asked.filter((offset) => offset === String(end)).length;
    await until(() => end > 0 && timesAsked() === 2, { what: 'second fetch from the same offset' });
  });
});

function aRecord(partition: number) {
  return { value: randomBytes(RECORD_BYTES), partition };
}

/** Reads all partitions from their beginning. */
function aReceiver(source: KafkaEventSource, take: (batch: RecordBatch) => void): RecordReceiver {
  return {
    onPartitionsAssigned: (partitions) => {
      for (const partition of partitions) source.readFrom(partition, 0);
      return Promise.resolve();
    },
    onBatch: (batch) => {
      take(batch);
      return true;
    },
    waitForCapacity: () => undefined,
  };
}

function offsetsOf(batch: RecordBatch): readonly number[] {
  const offsets: number[] = [];
  for (const cursor = batch.records(); cursor.next();) offsets.push(cursor.offset);
  return offsets;
}
