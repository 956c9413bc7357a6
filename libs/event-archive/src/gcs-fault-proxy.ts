import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** The fate of a request. `damage` alters the uploaded or downloaded bytes; a number is answered as status. */
export type Fate = 'pass' | 'hang' | 'disconnect' | 'lose answer' | 'damage' | number;

/** Headers that belong to the connection to the proxy and are not forwarded. */
const CONNECTION_HEADERS = new Set(['connection', 'content-length', 'host', 'transfer-encoding']);

/** A proxy before a storage server that injects network faults. */
export class GcsFaultProxy {
  readonly #server: Server;
  readonly #target: string;
  readonly #fateOf: (method: string) => Fate;
  /** Method and fate of each request so far. */
  readonly seen: [method: string, fate: Fate][] = [];

  private constructor(target: string, fateOf: (method: string) => Fate) {
    this.#target = target;
    this.#fateOf = fateOf;
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  static async start(target: string, fateOf: (method: string) => Fate): Promise<GcsFaultProxy> {
    const proxy = new GcsFaultProxy(target, fateOf);
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
    const fate = this.#fateOf(method);
    this.seen.push([method, fate]);
    if (fate === 'hang') return;
    if (fate === 'disconnect') request.socket.destroy();
    else if (typeof fate === 'number') response.writeHead(fate, { 'content-type': 'application/json' }).end('{}');
    else await this.#forward({ request, body, response, fate });
  }

  async #forward({ request, body, response, fate }: Forwarded): Promise<void> {
    const headers = Object.entries(request.headers).filter(([name]) => !CONNECTION_HEADERS.has(name));
    if (fate === 'damage' && request.method !== 'GET') damage(body);
    const answer = await fetch(new URL(request.url ?? '/', this.#target), {
      method: request.method ?? 'GET',
      headers: headers.map(([name, value]) => [name, String(value)]),
      body: body.byteLength === 0 ? null : body,
    });
    const answered = Buffer.from(await answer.arrayBuffer());
    if (fate === 'damage' && request.method === 'GET') damage(answered);
    if (fate === 'lose answer') {
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
  readonly fate: Fate;
}

function damage(bytes: Buffer): void {
  const middle = bytes.byteLength >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
}
