import kafkajs, { type Admin, type CompressionTypes, type ITopicConfig, type Kafka, type Message } from 'kafkajs';
import { addressOf, uniqueName } from './service-addresses.ts';
import { until } from './until.ts';

export interface TestTopic {
  readonly topic: string;
  readonly brokers: readonly string[];
  /** Deletes it. */
  close(): Promise<void>;
}

interface TopicOptions {
  /** One unless given. */
  readonly partitions?: number;
  /** Kafka's settings of a topic, by their names. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A topic of its own. */
export async function testTopic({ partitions = 1, settings = {} }: TopicOptions = {}): Promise<TestTopic> {
  const brokers = addressOf('kafka').split(',');
  const topic = uniqueName();
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await asKafkaAdministrator(brokers, (admin) =>
    createTopic(admin, { topic, numPartitions: partitions, configEntries }),
  );
  return { topic, brokers, close: () => deleteTopic(topic, brokers) };
}

/**
 * Creates a topic, and waits until the leader of each partition answers. The client's own wait fails on a busy machine,
 * where a broker learns of the topic only after the controller has answered, and of its own leadership after that.
 */
export async function createTopic(admin: Admin, config: ITopicConfig): Promise<void> {
  await admin.createTopics({ waitForLeaders: false, topics: [config] });
  const { topic } = config;
  await until(() => doLeadersAnswer(admin, topic), { what: `answer of each leader of topic ${topic}` });
}

const NOT_YET = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'];

async function doLeadersAnswer(admin: Admin, topic: string): Promise<boolean> {
  try {
    await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.fetchTopicOffsets(topic);
    return true;
  } catch (error) {
    if (NOT_YET.some((type) => isOfType(error, type))) return false;
    throw error;
  }
}

async function deleteTopic(topic: string, brokers: readonly string[]): Promise<void> {
  await asKafkaAdministrator(brokers, (admin) => admin.deleteTopics({ topics: [topic] })).catch((error: unknown) => {
    // A deletion whose answer was lost is made again by the client, and finds nothing.
    if (!isOfType(error, 'UNKNOWN_TOPIC_OR_PARTITION')) throw error;
  });
}

function isOfType(error: unknown, type: string): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error && 'type' in cause && cause.type === type;
}

/** A client that logs nothing and throws its errors. */
export function testKafka(brokers: readonly string[]): Kafka {
  return new kafkajs.Kafka({ clientId: 'test-kit', brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
}

/** Lets `act` use an administrator's connection. */
export function asKafkaAdministrator<T>(brokers: readonly string[], act: (admin: Admin) => Promise<T>): Promise<T> {
  return withAdmin(testKafka(brokers), act);
}

/** Likewise with a client of one's own. */
export async function withAdmin<T>(kafka: Kafka, act: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await act(admin);
  } finally {
    // A broker may be away by now; what was done, or has failed, is known.
    await admin.disconnect().catch(() => undefined);
  }
}

/** Where to, and how. */
type Target = Pick<TestTopic, 'topic' | 'brokers'> & { readonly compression?: CompressionTypes };

/** As often as kafkajs tries by default with a producer that is not idempotent. */
const RETRIES = 5;

/**
 * Appends records, in order, each once; resolves when Kafka has them. The client repeats a whole request when one of its
 * partitions has no leader yet, as after partitions were added: only an idempotent producer then stores none twice.
 */
export async function produce(
  { topic, brokers, compression }: Target,
  messages: readonly Readonly<Message>[],
): Promise<void> {
  const producer = testKafka(brokers).producer({ idempotent: true, retry: { retries: RETRIES } });
  await producer.connect();
  try {
    await producer.send({
      topic,
      acks: -1,
      messages: [...messages],
      ...(compression === undefined ? {} : { compression }),
    });
  } finally {
    await producer.disconnect();
  }
}
