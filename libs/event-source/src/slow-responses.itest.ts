import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { RecordReceiver } from '@antenna/ingestion';
import { produce, TcpProxy, testTopic, type TestTopic, until } from '@antenna/test-kit';
import { kafkaClient } from './kafka-client.ts';
import { KafkaEventSource } from './kafka-event-source.ts';
import { DirectFetches } from './testing/fetch-directly.ts';

/** Request time-out of these tests; that of `kafkaClient` is 10 s. */
const REQUEST_TIMEOUT_MS = 2_000;
/** Request time-out of a test in which no request is to time out, however busy the machine is. */
const PATIENT_REQUEST_TIMEOUT_MS = 60_000;
const SESSION_TIMEOUT_MS = 3_000;

/** Batches of each partition. One fetch brings all of them: up to 8 MiB, 2 MiB of each partition. */
const BATCHES = 3;
const RECORDS_OF_A_BATCH = 10;
const RECORD_BYTES = 60_000;
const SLOW_BYTES_PER_SECOND = 300_000;

describe('a fetch over a slow link', () => {
  let topic: TestTopic;
  let proxy: TcpProxy;

  beforeEach(async () => {
    topic = await testTopic();
    proxy = await TcpProxy.start(Number(topic.brokers[0]!.split(':')[1]));
  });

  afterEach(async () => {
    await proxy.stop();
    await topic.close();
  });

  it('arrives although it takes longer than the request time-out and the session time-out', async () => {
    for (let batch = 0; batch < BATCHES; batch += 1) await produce(topic, records(RECORDS_OF_A_BATCH));
    const reader = await aReader(topic, proxy);
    await until(() => reader.assignments > 0, { what: 'assignment' });
    proxy.throttle(SLOW_BYTES_PER_SECOND);
    const startedMs = performance.now();
    reader.begin();
    await until(() => reader.nextOffset === BATCHES * RECORDS_OF_A_BATCH, {
      what: 'end of the topic',
      deadlineMs: 60_000,
    });
    expect(performance.now() - startedMs).toBeGreaterThan(SESSION_TIMEOUT_MS);
    expect(reader.assignments).toBe(1);
    expect(reader.logged.filter((message) => message.includes('crashed'))).toEqual([]);
    proxy.throttle(Infinity);
    await reader.source.disconnect();
  });

  it('times out when the broker is silent', async () => {
    await produce(topic, records(1));
    const fetches = await directFetches();
    expect(await fetches.fetch(0, 100_000)).toHaveLength(1);
    proxy.swallow();
    const startedMs = performance.now();
    await expect(fetches.fetch(0, 100_000)).rejects.toThrow('timed out');
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(REQUEST_TIMEOUT_MS);
    expect(tookMs).toBeLessThan(3 * REQUEST_TIMEOUT_MS);
    proxy.release();
    await fetches.disconnect();
  });

  it('does not time out when the response has arrived while the process could not run', async () => {
    await produce(topic, records(1));
    const fetches = new DirectFetches(topic.brokers[0]!, topic.topic, REQUEST_TIMEOUT_MS);
    await fetches.connect();
    try {
      const fetched = fetches.fetch(0, 100_000);
      // The request is sent in this turn of the event loop; its response can only be read in a later one.
      await setImmediate();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * REQUEST_TIMEOUT_MS);
      expect(await fetched).toHaveLength(1);
    } finally {
      await fetches.disconnect();
    }
  });

  it('is complete after its connection was cut in the middle and made again', async () => {
    await produce(topic, records(RECORDS_OF_A_BATCH));
    const fetches = await directFetches(PATIENT_REQUEST_TIMEOUT_MS);
    proxy.throttle(SLOW_BYTES_PER_SECOND);
    const cutOff = expect(fetches.fetch(0, 1_000_000)).rejects.toThrow(/Connection/);
    await until(() => fetches.unreadBytes > 0, { what: 'part of the response' });
    proxy.cut();
    await cutOff;
    proxy.throttle(Infinity);
    await fetches.connect();
    expect(await fetches.fetch(0, 1_000_000)).toMatchObject([{ nextOffset: RECORDS_OF_A_BATCH }]);
    await fetches.disconnect();
  });

  async function directFetches(requestTimeoutMs = REQUEST_TIMEOUT_MS): Promise<DirectFetches> {
    const fetches = new DirectFetches(`127.0.0.1:${proxy.port}`, topic.topic, requestTimeoutMs);
    await fetches.connect();
    return fetches;
  }
});

function records(count: number) {
  return Array.from({ length: count }, () => ({ value: randomBytes(RECORD_BYTES), partition: 0 }));
}

interface Reader {
  readonly source: KafkaEventSource;
  readonly logged: string[];
  assignments: number;
  nextOffset: number;
  begin(): void;
}

/** Reads partition 0 through the proxy from its beginning, once it is started. */
async function aReader({ topic, brokers }: TestTopic, proxy: TcpProxy): Promise<Reader> {
  const logged: string[] = [];
  const log = (message: string, details: object) => {
    logged.push(`${message} ${JSON.stringify(details)}`);
  };
  const client = kafkaClient({ brokers, topic, groupId: topic, ssl: false, sasl: undefined }, 'test', log, {
    requestTimeout: REQUEST_TIMEOUT_MS,
    socketFactory: ({ onConnect }) => connect({ host: '127.0.0.1', port: proxy.port }, onConnect),
  });
  const source = new KafkaEventSource(client, { topic, groupId: topic, sessionTimeoutMs: SESSION_TIMEOUT_MS }, log);
  const reader: Reader = {
    source,
    logged,
    assignments: 0,
    nextOffset: 0,
    begin: () => {
      source.readFrom(0, reader.nextOffset);
    },
  };
  let hasBegun = false;
  const receiver: RecordReceiver = {
    onPartitionsAssigned: () => {
      reader.assignments += 1;
      if (hasBegun) reader.begin();
      hasBegun = true;
      return Promise.resolve();
    },
    onBatch: (batch) => {
      if (batch.fetchedOffset !== reader.nextOffset) return false;
      reader.nextOffset = batch.nextOffset;
      return true;
    },
    waitForCapacity: () => undefined,
  };
  await source.connect();
  await source.run(receiver);
  return reader;
}
