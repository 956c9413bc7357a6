import kafkajs, {
  type ICustomPartitioner,
  type Kafka,
  type Message,
  type Producer,
  type ProducerConfig,
  type RecordMetadata,
} from 'kafkajs';

/** How often messages that kafkajs has left out are sent again. It leaves some out only if leaders change during a send. */
const TIMES_SENT_AGAIN = 5;

/** Messages of some partitions have not been acknowledged, however often they were sent. */
class PartitionsLeftOutError extends Error {
  override readonly name = 'PartitionsLeftOutError';
}

/**
 * An idempotent producer whose sends succeed only when Kafka has acknowledged every message.
 *
 * kafkajs sends the messages of each leader by themselves, and repeats a failed request with the leaders of that moment. If
 * a partition has moved meanwhile to a broker that has answered already, the client leaves it out, and its send succeeds
 * all the same. So the partitions that Kafka has acknowledged are compared with those of the messages, and the messages of
 * the others are sent again. They have the sequence numbers of the first time, so that a broker stores none twice.
 */
export class AcknowledgedProducer {
  readonly #producer: Producer;
  /** The partition that the partitioner chose for a message when it was sent last. */
  readonly #partitionOf = new WeakMap<Message, number>();

  /** @param options such as the number of retries, which is without a limit by default. */
  constructor(kafka: Kafka, options: Pick<ProducerConfig, 'maxInFlightRequests' | 'retry'>) {
    this.#producer = kafka.producer({
      ...options,
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: () => this.#notingPartitioner(),
    });
  }

  connect(): Promise<void> {
    return this.#producer.connect();
  }

  disconnect(): Promise<void> {
    return this.#producer.disconnect();
  }

  /**
   * Sends messages with keys, and waits for all replicas in sync. Those of one key go to one partition, the one that the
   * Java client would choose.
   * @throws {PartitionsLeftOutError} or the error of the client: Kafka may have any of the messages.
   */
  async send(topic: string, messages: readonly Message[]): Promise<void> {
    let left = messages;
    for (let again = 0; again <= TIMES_SENT_AGAIN && left.length > 0; again += 1) {
      left = this.#leftOut(left, await this.#producer.send({ topic, acks: -1, messages: [...left] }));
    }
    if (left.length === 0) return;
    const partitions = new Set(left.map((message) => this.#partitionOf.get(message)));
    throw new PartitionsLeftOutError(
      `partitions ${[...partitions].join(', ')} of topic ${topic} were not acknowledged: their leaders have changed`,
    );
  }

  #notingPartitioner(): ReturnType<ICustomPartitioner> {
    const partitionOf = kafkajs.Partitioners.DefaultPartitioner();
    return (chosenFor) => {
      const partition = partitionOf(chosenFor);
      this.#partitionOf.set(chosenFor.message, partition);
      return partition;
    };
  }

  #leftOut(messages: readonly Message[], acknowledged: readonly RecordMetadata[]): readonly Message[] {
    const isAcknowledged = new Set(acknowledged.map(({ partition }) => partition));
    return messages.filter((message) => !isAcknowledged.has(this.#partitionOf.get(message) ?? -1));
  }
}
