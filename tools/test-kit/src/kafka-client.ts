import kafkajs, { type Kafka } from 'kafkajs';

/** A client that tells its errors to its caller alone. */
export function kafkaClient(brokers: readonly string[]): Kafka {
  return new kafkajs.Kafka({ clientId: 'test-kit', brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
}
