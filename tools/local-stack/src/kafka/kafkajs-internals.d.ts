/** Modules of kafkajs that its own types do not declare. */
declare module 'kafkajs/src/protocol/request.js' {
  const createRequest: (parts: {
    readonly request: unknown;
    readonly correlationId: number;
    readonly clientId: string;
  }) => Promise<{ readonly buffer: Buffer }>;
  export default createRequest;
}

declare module 'kafkajs/src/protocol/requests/metadata/v5/request.js' {
  const metadataRequest: (parts: {
    readonly topics: readonly string[];
    readonly allowAutoTopicCreation: boolean;
  }) => unknown;
  export default metadataRequest;
}

declare module 'kafkajs/src/protocol/requests/metadata/v5/response.js' {
  const response: {
    decode(payload: Buffer): Promise<{
      readonly brokers: readonly { readonly nodeId: number }[];
      readonly topicMetadata: readonly {
        readonly topicErrorCode: number;
        readonly partitionMetadata: readonly {
          readonly partitionId: number;
          readonly leader: number;
          readonly replicas: readonly number[];
          readonly isr: readonly number[];
        }[];
      }[];
    }>;
  };
  export default response;
}
