import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { connectToKafka } from './connect-to-kafka.ts';
import { kafkaClient } from './kafka-client.ts';
import { KafkaEventSource } from './kafka-event-source.ts';
import { OldBrokerError } from './old-brokers.ts';

const FETCH_KEY = 1;

/** A broker that answers every request with its supported versions: fetches up to version 10, as in Kafka 2.2. */
async function anOldBroker(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (request) => {
      answer(socket, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function answer(socket: Socket, request: Buffer): void {
  const hasThrottleTime = request.readInt16BE(6) > 0;
  const response = Buffer.alloc(hasThrottleTime ? 20 : 16);
  response.set(request.subarray(8, 12)); // correlation id
  response.writeInt32BE(1, 6);
  response.writeInt16BE(FETCH_KEY, 10);
  response.writeInt16BE(10, 14);
  const length = Buffer.alloc(4);
  length.writeInt32BE(response.length);
  socket.write(Buffer.concat([length, response]));
}

describe('a broker of Kafka before 2.3', () => {
  it('is refused at the first attempt, with its fetch version and the required one', async () => {
    const server = await anOldBroker();
    const address = server.address();
    const brokers = [`127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`];
    const client = kafkaClient(
      { brokers, topic: 'devices', groupId: 'g', ssl: false, sasl: undefined },
      'test',
      () => undefined,
    );
    const tries: string[] = [];
    const settings = { topic: 'devices', groupId: 'g', sessionTimeoutMs: 10_000 };
    const source = new KafkaEventSource(client, settings, () => undefined);
    const connecting = connectToKafka(source, brokers, (message) => tries.push(message));
    await expect(connecting).rejects.toThrow(OldBrokerError);
    await expect(connecting).rejects.toMatchObject({
      code: 'KAFKA_TOO_OLD',
      message: expect.stringContaining('up to version 10 of the protocol, and 11 is needed') as unknown,
    });
    expect(tries).toEqual([]);
    server.close();
  });
});
