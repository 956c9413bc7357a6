import type { Kafka } from 'kafkajs';
import type { BrokerAddress } from './advertised-addresses.ts';

/** kafkajs's own view of a cluster, below its admin client: requests to one broker, at a chosen isolation level. */
export interface KafkaCluster {
  readonly brokerPool: {
    readonly metadata: {
      readonly clusterId: string | null;
      /** The live brokers, with the addresses that they advertise. */
      readonly brokers: readonly (BrokerAddress & { readonly nodeId: number })[];
    } | null;
    /** The broker of KAFKA_BROKERS that answered. */
    readonly seedBroker: { readonly connectionPool: BrokerAddress } | undefined;
  };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** @throws when the topic does not exist. */
  addTargetTopic(topic: string): Promise<void>;
  /** Loads the metadata from a connected broker, or from the next one that accepts a connection. */
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
  /** @throws when the broker is unknown or refuses the connection. */
  findBroker(broker: { readonly nodeId: number }): Promise<KafkaBroker>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<KafkaBroker>;
}

export interface PartitionMetadata {
  readonly partitionId: number;
  /** Node id of the leader; -1 when the partition has none. */
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
  /** An empty list of topics asks for the committed offsets of all topics. */
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
 * A cluster with its own connections and the client's settings. The admin client of kafkajs reads the ends of a topic
 * at one isolation level only, and for all partitions or none.
 */
export function kafkaCluster(kafka: Kafka): KafkaCluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === CREATE_CLUSTER);
  if (symbol === undefined) throw new TypeError('this version of kafkajs has no createCluster');
  const create = Reflect.get(kafka, symbol) as CreateCluster;
  return create({ allowAutoTopicCreation: false });
}
