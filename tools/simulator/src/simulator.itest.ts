import { WindowTotals } from '@antenna/aggregation';
import { EventDecoder, type RejectionReason } from '@antenna/event-schema';
import { temporaryFolder, type TemporaryFolder, testTopic, type TestTopic, until } from '@antenna/test-kit';
import { compareRows, keyedTotals, readTruthFile, type Truth } from '@antenna/oracle';
import kafkajs from 'kafkajs';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';
import type { SimulationOptions } from './simulate.ts';

/** What the topic holds, as a worker would see it. */
interface Held {
  readonly records: number;
  readonly totals: WindowTotals;
  readonly deadLetters: Map<RejectionReason, number>;
}

type Where = Pick<TestTopic, 'topic' | 'brokers'>;

const simulation: SimulationOptions = {
  seed: 1,
  fromMs: Date.parse('2022-10-29T13:00:00Z'),
  toMs: Date.parse('2022-10-29T15:00:00Z'),
  events: 5000,
  users: 20,
  unknownUsers: 2,
  antennas: 5,
  apps: ['SKYPE', 'TELEGRAM'],
  maxBytes: 10_000,
  outOfOrderMs: 30_000,
  lateShare: 0.05,
  lateByMs: 600_000,
  malformedShare: 0.05,
};

function clientOf(brokers: readonly string[]): kafkajs.Kafka {
  return new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
}

async function withAdmin<T>(brokers: readonly string[], work: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
  const admin = clientOf(brokers).admin();
  await admin.connect();
  return work(admin).finally(() => admin.disconnect());
}

async function countOf({ topic, brokers }: Where): Promise<number> {
  const offsets = await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic));
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

async function readAll({ topic, brokers }: Where): Promise<Held> {
  const records = await countOf({ topic, brokers });
  const held: Held = { records, totals: new WindowTotals(), deadLetters: new Map() };
  const consumer = clientOf(brokers).consumer({ groupId: `${topic}-reader` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    let left = records;
    const eachMessage = ({ message }: kafkajs.EachMessagePayload): Promise<void> => {
      hold(held, message);
      if (--left === 0) resolve();
      return Promise.resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return held;
}

const decoder = new EventDecoder();

function hold({ totals, deadLetters }: Held, { value, timestamp }: kafkajs.KafkaMessage): void {
  const decoded = decoder.decode(value, Number(timestamp));
  if (decoded.ok) totals.add(decoded.event);
  else deadLetters.set(decoded.reason, (deadLetters.get(decoded.reason) ?? 0) + 1);
}

function expectHeld({ totals, deadLetters }: Held, truth: Truth): void {
  const rows = Array.from(totals.rows().totals, ({ windowStartMs, ...row }) => ({
    ...row,
    timestampMs: windowStartMs,
  }));
  expect(totals.events).toBe(truth.events);
  expect(compareRows(truth.windows(), keyedTotals(rows))).toEqual([]);
  expect(compareRows(truth.deadLetters(), deadLetters)).toEqual([]);
}

describe('running the simulator', () => {
  let topic: TestTopic;
  let folder: TemporaryFolder;
  let truthFile: string;

  beforeEach(async () => {
    topic = await testTopic({ partitions: 3 });
    folder = await temporaryFolder();
    truthFile = join(folder.path, 'truth.json');
  });

  afterEach(async () => {
    await topic.close();
    await folder.close();
  });

  /** @param rate records per second. */
  function simulateTo(name: string, rate?: number, signal = new AbortController().signal): Promise<string> {
    const kafka = { brokers: topic.brokers, topic: name, groupId: 'none', ssl: false, sasl: undefined } as const;
    return run({ kafka, simulation, sending: { partitions: 2, rate, truthFile } }, signal);
  }

  it('sends what the truth states, to a topic as it is', async () => {
    const summary = await simulateTo(topic.topic);
    const held = await readAll(topic);
    expect(held.records).toBe(5000);
    expectHeld(held, await readTruthFile(truthFile));
    expect(summary).toContain(`sent 5,000 records to ${topic.topic} (3 partitions)`);
  });

  it('makes the topic where it is missing', async () => {
    const missing = { ...topic, topic: `${topic.topic}-new` };
    expect(await simulateTo(missing.topic)).toContain('(2 partitions)');
    expectHeld(await readAll(missing), await readTruthFile(truthFile));
    await withAdmin(topic.brokers, (admin) => admin.deleteTopics({ topics: [missing.topic] }));
  });

  it('sends no faster than the given rate', async () => {
    const startedMs = performance.now();
    await simulateTo(topic.topic, 4000);
    expect(performance.now() - startedMs).toBeGreaterThan(1100);
  });

  it('ends at a signal, with the truth of what was sent', async () => {
    const stop = new AbortController();
    const running = simulateTo(topic.topic, 1000, stop.signal);
    await until(async () => (await countOf(topic)) > 0, { what: 'record in the topic' });
    stop.abort();
    await running;
    const held = await readAll(topic);
    expect(held.records).toBeGreaterThan(0);
    expect(held.records).toBeLessThan(5000);
    expectHeld(held, await readTruthFile(truthFile));
  });

  it('leaves no truth of an earlier run when it fails', async () => {
    await writeFile(truthFile, 'earlier');
    await expect(simulateTo('no/topic')).rejects.toThrow();
    expect(existsSync(truthFile)).toBe(false);
  });
});
