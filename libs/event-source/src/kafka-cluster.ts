import type { Kafka } from 'kafkajs';
import type { BrokerAddress } from './advertised-addresses.ts';

/** kafkajs's own view of a cluster, below its admin client: requests to one broker, with the isolation level that is asked. */
export interface KafkaCluster {
  readonly brokerPool: {
    readonly metadata: {
      readonly clusterId: string | null;
      /** Those that live, with the addresses that they advertise. */
      readonly brokers: readonly (BrokerAddress & { readonly nodeId: number })[];
    } | null;
    /** The broker of KAFKA_BROKERS that answered. */
    readonly seedBroker: { readonly connectionPool: BrokerAddress } | undefined;
  };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** @throws when there is no such topic. */
  addTargetTopic(topic: string): Promise<void>;
  /** Asks a broker that is connected, or the next one that can be. */
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
  /** @throws when the broker is unknown or does not let us connect. */
  findBroker(broker: { readonly nodeId: number }): Promise<KafkaBroker>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<KafkaBroker>;
}

export interface PartitionMetadata {
  readonly partitionId: number;
  /** -1 when the partition has none. */
  readonly leader: number;
}

export interface KafkaBroker {
  listOffsets(request: {
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[];
  }>;
  /** Of every topic when none is named. */
  offsetFetch(request: { readonly groupId: string; readonly topics: readonly never[] }): Promise<{
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly offset: string;
        readonly metadata: string | null;
      }[];
    }[];
  }>;
}

type CreateCluster = (options: { readonly allowAutoTopicCreation: boolean }) => KafkaCluster;

const CREATE_CLUSTER = 'private:Kafka:createCluster';

/**
 * A cluster with connections of its own, made as the client's settings say. The admin client asks for the ends of topics
 * in one isolation level only, and for all partitions or none.
 */
export function kafkaCluster(kafka: Kafka): KafkaCluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === CREATE_CLUSTER);
  if (symbol === undefined) throw new TypeError('this version of kafkajs has no createCluster');
  const create = Reflect.get(kafka, symbol) as CreateCluster;
  return create({ allowAutoTopicCreation: false });
}
