import kafkajs, { type Admin } from 'kafkajs';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import createRequest from 'kafkajs/src/protocol/request.js';
import metadataRequest from 'kafkajs/src/protocol/requests/metadata/v5/request.js';
import response from 'kafkajs/src/protocol/requests/metadata/v5/response.js';

/** Lets `work` use an admin client that tries once and logs nothing: the caller tries again. */
export async function withKafkaAdmin<T>(brokers: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const client = new kafkajs.Kafka({
    clientId: 'local-stack',
    brokers: brokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Numbers of brokers. */
export interface PartitionState {
  /** Undefined while no broker leads the partition. */
  readonly leader: number | undefined;
  readonly replicas: readonly number[];
  /** The replicas that have all records that were acknowledged by all. */
  readonly inSync: readonly number[];
}

const patienceMs = 5_000;
const sizeBytes = 4;
const correlationBytes = 4;

/**
 * The state of each partition of a topic, as one broker reports it. The request does not use kafkajs's admin client,
 * which throws for all partitions of the topic when a single one has no leader.
 * @throws {Error} when the broker does not answer, or does not know the topic.
 */
export async function partitionStates(broker: string, topic: string): Promise<ReadonlyMap<number, PartitionState>> {
  const { topicMetadata } = await metadata(broker, topic);
  const [known] = topicMetadata;
  if (known?.topicErrorCode !== 0) throw new Error(`broker ${broker} has no topic ${topic} yet`);
  return new Map(
    known.partitionMetadata.map(({ partitionId, leader, replicas, isr }) => [
      partitionId,
      { leader: leader < 0 ? undefined : leader, replicas, inSync: isr },
    ]),
  );
}

/** The numbers of the brokers that a broker knows to be running. @throws {Error} when it does not answer. */
export async function runningBrokers(broker: string): Promise<readonly number[]> {
  // Without a topic, kafkajs would ask for all of them.
  const { brokers } = await metadata(broker, 'no-topic');
  return brokers.map(({ nodeId }) => nodeId);
}

async function metadata(broker: string, topic: string): ReturnType<typeof response.decode> {
  const request = metadataRequest({ topics: [topic], allowAutoTopicCreation: false });
  const { buffer } = await createRequest({ request, correlationId: 1, clientId: 'local-stack' });
  return response.decode(await answerOf(broker, buffer));
}

/** The payload of the answer to one request. */
async function answerOf(broker: string, request: Buffer): Promise<Buffer> {
  const { hostname, port } = new URL(`kafka://${broker}`);
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    socket.setTimeout(patienceMs, () => socket.destroy(new Error(`broker ${broker} does not answer`)));
    await once(socket, 'connect');
    socket.write(request);
    return (await firstFrame(socket)).subarray(correlationBytes);
  } finally {
    socket.destroy();
  }
}

async function firstFrame(socket: Socket): Promise<Buffer> {
  let received = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk]);
    if (received.length < sizeBytes) continue;
    const end = sizeBytes + received.readInt32BE();
    if (received.length >= end) return received.subarray(sizeBytes, end);
  }
  throw new Error('the connection ended before the whole answer came');
}
