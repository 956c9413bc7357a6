import { freePorts, kafkaTool, type LocalServer, startKafka } from '@antenna/local-stack';
import {
  asKafkaAdministrator,
  createTopic,
  produce,
  type TemporaryFolder,
  temporaryFolder,
  type TestDatabase,
  testDatabase,
} from '@antenna/test-kit';
import { execa } from 'execa';
import { countedBytes, EVENT } from '../stream.ts';
import { startApp } from '../workers.ts';

const TOPIC = 'devices';
const RECORDS = 10_000;
/** Of the topic, about: each record has so many characters that are no part of the event. */
const PADDING = 'x'.repeat(300);
/** The broker may send a consumer so much a second: a fifteenth of the topic. */
const BYTES_PER_SECOND = 250_000;
const LEAST_SECONDS = 8;

describe('a worker whose consumption the broker slows down', () => {
  let folder: TemporaryFolder;
  let database: TestDatabase;
  let broker: LocalServer;

  beforeAll(async () => {
    [folder, database] = await Promise.all([temporaryFolder(), testDatabase()]);
    const { kafka: port, controller: controllerPort } = await freePorts();
    broker = await startKafka({ home: folder.path, port, controllerPort, report: () => undefined });
    await fill(broker.address);
    await setQuota(broker.address);
  });

  afterAll(async () => {
    await broker.stop('immediate');
    await Promise.all([folder.close(), database.close()]);
  });

  it('reads all, slowly and steadily, and never leaves its group', async () => {
    const startedMs = performance.now();
    const { exitCode, stderr } = await startApp('speed-layer', ['drain'], {
      DATABASE_URL: database.url,
      SINKS: 'totals',
      KAFKA_BROKERS: broker.address,
      // Shorter than the broker makes a fetch wait in all.
      KAFKA_SESSION_TIMEOUT_MS: '6000',
    });
    const seconds = (performance.now() - startedMs) / 1_000;
    const logged = (message: string) => stderr.split('\n').filter((line) => line.includes(`"${message}"`));
    expect([exitCode, logged('claimed').length, logged('the consumer crashed')]).toEqual([0, 1, []]);
    expect(seconds).toBeGreaterThan(LEAST_SECONDS);
    expect(await countedBytes(database.url)).toBe(RECORDS * EVENT.bytes);
  });
});

async function fill(address: string): Promise<void> {
  await asKafkaAdministrator([address], (admin) => createTopic(admin, { topic: TOPIC }));
  const value = JSON.stringify({ ...EVENT, padding: PADDING });
  for (let sent = 0; sent < RECORDS; sent += 1_000) {
    await produce(
      { topic: TOPIC, brokers: [address] },
      Array.from({ length: 1_000 }, () => ({ value })),
    );
  }
}

/** For the client that the workers are: Kafka's own tool, since the client of this product cannot. */
async function setQuota(address: string): Promise<void> {
  const entity = ['--entity-type', 'clients', '--entity-name', 'speed-layer'];
  const change = ['--alter', '--add-config', `consumer_byte_rate=${BYTES_PER_SECOND}`, ...entity];
  const tool = await kafkaTool('kafka.admin.ConfigCommand', '--bootstrap-server', address, ...change);
  await execa(...tool, { all: true, stdin: 'ignore' });
}
