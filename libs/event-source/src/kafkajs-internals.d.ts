/** What is replaced in kafkajs, or asked of it (lean-kafkajs.ts). Declared by nobody else, since it is not its API. */

declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  const response: {
    decode(raw: Buffer): Promise<unknown>;
  };
  export default response;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  interface InFlightRequest {
    /** Milliseconds since 1970. */
    readonly sentAt: number;
    readonly requestTimeout: number;
    timeoutRequest(): void;
  }

  export default class RequestQueue {
    readonly pending: readonly unknown[];
    readonly inflight: ReadonlyMap<number, InFlightRequest>;
    /** Set by whoever looks for requests that take too long; `destroy` ends it. */
    requestTimeoutIntervalId: unknown;
    isConnected(): boolean;
    destroy(): void;
    scheduleCheckPendingRequests(): void;
    scheduleRequestTimeoutCheck(): void;
  }
}

declare module 'kafkajs/src/consumer/batch.js' {
  import type { Batch } from 'kafkajs';

  const constructor: new (topic: string, fetchedOffset: string, partition: unknown) => Batch;
  export default constructor;
}

declare module 'kafkajs/package.json' {
  const manifest: { readonly version: string };
  export default manifest;
}

declare module 'kafkajs/src/network/connection.js' {
  import type RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

  /** A connection to one broker. Of its options only those without which it does not work. */
  export default class Connection {
    constructor(options: {
      host: string;
      port: number;
      logger: unknown;
      socketFactory: unknown;
      requestTimeout: number;
      connectionTimeout: number;
    });
    readonly requestQueue: RequestQueue;
    /** What has come of a response that is not complete. */
    chunks: Buffer[];
    bytesBuffered: number;
    bytesNeeded: number;
    isConnected(): boolean;
    connect(): Promise<unknown>;
    disconnect(): Promise<unknown>;
    send(request: unknown): Promise<unknown>;
    processData(bytes: Buffer): void;
  }
}

declare module 'kafkajs/src/network/socketFactory.js' {
  const defaultSocketFactory: () => unknown;
  export default defaultSocketFactory;
}

declare module 'kafkajs/src/protocol/requests/fetch/index.js' {
  const requests: {
    protocol(version: { version: number }): (options: object) => unknown;
  };
  export default requests;
}

declare module 'kafkajs/src/broker/index.js' {
  export default class Broker {
    /** By the numbers of the requests. */
    apiVersions(): Promise<Readonly<Record<number, { readonly maxVersion: number }>>>;
  }
}

declare module 'kafkajs/src/consumer/runner.js' {
  export default class Runner {
    readonly heartbeatInterval: number;
    /** @throws when the group rebalances, or does not know this member any more. */
    heartbeat(): Promise<void>;
    fetch(nodeId: number): Promise<unknown>;
  }
}

declare module 'kafkajs/src/cluster/brokerPool.js' {
  export default class BrokerPool {
    /** Asks each broker until one answers. @returns null when none does. */
    withBroker(ask: (asked: unknown) => Promise<unknown>): Promise<unknown>;
  }
}
