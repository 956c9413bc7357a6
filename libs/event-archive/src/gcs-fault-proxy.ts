import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What the proxy does with a request. `damage` alters the uploaded or downloaded bytes; a number is answered as status. */
export type ProxyAction = 'pass' | 'hang' | 'disconnect' | 'lose answer' | 'damage' | number;

/** Headers that belong to the connection to the proxy and are not forwarded. */
const CONNECTION_HEADERS = new Set(['connection', 'content-length', 'host', 'transfer-encoding']);

/** A proxy before a storage server that injects network faults. */
export class GcsFaultProxy {
  readonly #server: Server;
  readonly #target: string;
  readonly #actionOn: (method: string) => ProxyAction;
  /** Method and action of each request so far. */
  readonly seen: [method: string, action: ProxyAction][] = [];

  private constructor(target: string, actionOn: (method: string) => ProxyAction) {
    this.#target = target;
    this.#actionOn = actionOn;
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  static async start(target: string, actionOn: (method: string) => ProxyAction): Promise<GcsFaultProxy> {
    const proxy = new GcsFaultProxy(target, actionOn);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  }

  /** Number of open client connections. */
  async connections(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#server.getConnections((_error, count) => {
      resolve(count);
    });
    return promise;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    const body = await buffer(request);
    const action = this.#actionOn(method);
    this.seen.push([method, action]);
    if (action === 'hang') return;
    if (action === 'disconnect') request.socket.destroy();
    else if (typeof action === 'number') response.writeHead(action, { 'content-type': 'application/json' }).end('{}');
    else await this.#forward({ request, body, response, action });
  }

  async #forward({ request, body, response, action }: Forwarded): Promise<void> {
    const headers = Object.entries(request.headers).filter(([name]) => !CONNECTION_HEADERS.has(name));
    if (action === 'damage' && request.method !== 'GET') damage(body);
    const answer = await fetch(new URL(request.url ?? '/', this.#target), {
      method: request.method ?? 'GET',
      headers: headers.map(([name, value]) => [name, String(value)]),
      body: body.byteLength === 0 ? null : body,
    });
    const answered = Buffer.from(await answer.arrayBuffer());
    if (action === 'damage' && request.method === 'GET') damage(answered);
    if (action === 'lose answer') {
      request.socket.destroy();
      return;
    }
    const kept = ['content-type', 'location', 'x-goog-hash', 'x-goog-stored-content-encoding', 'x-goog-generation'];
    for (const name of kept) {
      const value = answer.headers.get(name);
      if (value !== null) response.setHeader(name, name === 'location' ? this.#through(value) : value);
    }
    response.writeHead(answer.status).end(answered);
  }

  /** The URL of a location by way of the proxy. */
  #through(location: string): string {
    const { pathname, search } = new URL(location);
    return `${this.url}${pathname}${search}`;
  }
}

interface Forwarded {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
  readonly action: ProxyAction;
}

function damage(bytes: Buffer): void {
  const middle = bytes.byteLength >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
}
