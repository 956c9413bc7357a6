/** What is replaced in kafkajs, or asked of it (lean-kafkajs.ts). Declared by nobody else, since it is not its API. */

declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  const response: {
    decode(raw: Buffer): Promise<unknown>;
  };
  export default response;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
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
    connect(): Promise<unknown>;
    disconnect(): Promise<unknown>;
    send(request: unknown): Promise<unknown>;
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
