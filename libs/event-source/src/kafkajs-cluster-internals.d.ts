/** Internals of kafkajs that leaderless-partitions.ts and resumed-partitions.ts replace or read, and no part of its API. */

declare module 'kafkajs/src/protocol/requests/metadata/v6/response.js' {
  export interface TopicMetadata {
    readonly topic: string;
    readonly topicErrorCode: number;
    readonly partitionMetadata: readonly {
      readonly partitionErrorCode: number;
      readonly partitionId: number;
      readonly leader: number;
    }[];
  }

  const response: {
    /** @throws when a topic or a partition has an error. */
    parse<T extends { readonly topicMetadata: readonly TopicMetadata[] }>(metadata: T): Promise<T>;
  };
  export default response;
}

declare module 'kafkajs/src/cluster/index.js' {
  export default class Cluster {
    /** Empty when the topic is unknown. @throws when no metadata is loaded. */
    findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number; readonly leader: number }[];
    /** @returns the partitions by their leader's node id. */
    findLeaderForPartitions(topic: string, partitions: readonly (number | string)[]): Record<string, number[]>;
  }
}

declare module 'kafkajs/src/consumer/offsetManager/index.js' {
  import type Cluster from 'kafkajs/src/cluster/index.js';

  export default class OffsetManager {
    constructor(options: Readonly<Record<string, unknown>>);
    readonly cluster: Cluster;
    readonly memberAssignment: Readonly<Record<string, readonly number[]>>;
    /** By topic and partition; missing or negative for a partition whose offset has not been requested yet. */
    committedOffsets(): Record<string, Record<number, string>>;
    resolveOffsets(): Promise<void>;
  }
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  interface TopicPartitions {
    readonly topic: string;
    readonly partitions: readonly number[];
  }

  export default class ConsumerGroup {
    readonly maxWaitTime: number;
    readonly cluster: { refreshMetadataIfNecessary(): Promise<void> };
    /** The batches that a broker has of the partitions that it leads and that are not paused. */
    fetch(nodeId: number): Promise<readonly unknown[]>;
    resume(partitions: readonly TopicPartitions[]): void;
    assigned(): readonly TopicPartitions[];
    /** By topic: the assigned partitions that are not paused. */
    getActiveTopicPartitions(): Readonly<Record<string, ReadonlySet<number>>>;
    /** Of these partitions those that are read from this broker. */
    filterPartitionsByNode(nodeId: number, partitions: readonly TopicPartitions[]): readonly TopicPartitions[];
    /** @throws when the topic has partitions that were not there at the assignment. */
    checkForStaleAssignment(): void;
    recoverFromFetch(error: Error): Promise<void>;
  }
}

declare module 'kafkajs/src/protocol/error.js' {
  const errors: { createErrorFromCode(code: number): Error };
  export default errors;
}
