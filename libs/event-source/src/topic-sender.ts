import type { RecordPlace, RecordSender, SendOutcome, SourceRecord } from '@antenna/ingestion';
import kafkajs, { type Kafka, type Producer, type RecordMetadata } from 'kafkajs';
import { missingRight } from './connection-advice.ts';

/** Broker errors after which the record is certainly not in the log. */
const NOT_APPENDED = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'CORRUPT_MESSAGE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'NOT_ENOUGH_REPLICAS',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'POLICY_VIOLATION',
]);

/** Appends records to the topic, each in one attempt: a record without an acknowledgement may still be in the log. */
export class TopicSender implements RecordSender {
  readonly #producer: Producer;
  readonly #topic: string;

  constructor(kafka: Kafka, topic: string) {
    this.#topic = topic;
    this.#producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { retries: 0 },
    });
  }

  connect(): Promise<void> {
    return this.#producer.connect();
  }

  disconnect(): Promise<void> {
    return this.#producer.disconnect();
  }

  /** The header `replay-of` of the new record names the record that it repeats. */
  async send(place: RecordPlace, { key, value }: Pick<SourceRecord, 'key' | 'value'>): Promise<SendOutcome> {
    const { partition, offset } = place;
    const headers = { 'replay-of': `${this.#topic}/${partition}/${offset}` };
    const message = { partition, headers, key: bufferOf(key), value: bufferOf(value) };
    try {
      const [answer] = await this.#producer.send({ topic: this.#topic, acks: -1, messages: [message] });
      return outcomeOf(answer);
    } catch (error) {
      const right = missingRight(error, [{ operation: 'Write', kind: 'topic', name: this.#topic }]);
      const refusal = right?.message ?? refusalIn(error);
      return refusal === undefined
        ? { kind: 'unknown', detail: `no answer from Kafka: ${error instanceof Error ? error.message : String(error)}` }
        : { kind: 'refused', detail: refusal };
    }
  }
}

function outcomeOf(answer: RecordMetadata | undefined): SendOutcome {
  const newOffset = Number(answer?.baseOffset);
  return Number.isSafeInteger(newOffset) && newOffset >= 0
    ? { kind: 'sent', newOffset }
    : { kind: 'unknown', detail: 'Kafka acknowledged the record without its offset' };
}

/** The client wraps the broker's error in its own. */
function refusalIn(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('type' in cause && typeof cause.type === 'string' && NOT_APPENDED.has(cause.type)) return cause.message;
  }
  return undefined;
}

function bufferOf(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
