/**
 * Internals of kafkajs that this library replaces or reads. kafkajs has no types for them: they are not part of its
 * API.
 */

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
    /** Set by the check for requests that take too long; `destroy` clears it. */
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

  /** A connection to one broker. Declares only the options that it requires. */
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
    /** Those who wait for the next answer of a login; null when no login is under way. */
    readonly authHandlers: unknown;
    /** Whether the answer of the login has a length in front, as a response has. */
    readonly authExpectResponse: boolean;
    /** The bytes received of an incomplete response. */
    chunks: Buffer[];
    bytesBuffered: number;
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
  interface FetchRequest {
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string }[];
    }[];
  }

  export default class Broker {
    fetch(request: FetchRequest): Promise<unknown>;
    /** The supported versions, by request key. */
    apiVersions(): Promise<Readonly<Record<number, { readonly maxVersion: number }>>>;
  }
}

declare module 'kafkajs/src/consumer/runner.js' {
  export default class Runner {
    constructor(options: object);
    readonly heartbeatInterval: number;
    /** False from the start of `stop` on. */
    running: boolean;
    readonly fetchManager: { stop(): Promise<void> };
    /** Begins to fetch, and begins again after each end while the runner runs. */
    scheduleFetchManager(): void;
    stop(): Promise<void>;
    /** @throws when the group rebalances, or no longer knows this member. */
    heartbeat(): Promise<void>;
    fetch(nodeId: number): Promise<unknown>;
  }
}

declare module 'kafkajs/src/cluster/brokerPool.js' {
  export default class BrokerPool {
    /** Asks each broker until one answers. @returns null when no broker answers. */
    withBroker(ask: (asked: unknown) => Promise<unknown>): Promise<unknown>;
  }
}
