/** Internals of kafkajs that leaderless-partitions.ts replaces or reads; they are not part of its API. */

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
  export default class ConsumerGroup {
    readonly maxWaitTime: number;
    recoverFromFetch(error: Error): Promise<void>;
  }
}

declare module 'kafkajs/src/protocol/error.js' {
  const errors: { createErrorFromCode(code: number): Error };
  export default errors;
}
