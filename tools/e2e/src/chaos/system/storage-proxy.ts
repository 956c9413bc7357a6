import { once } from 'node:events';
import { createServer, type IncomingMessage, request as requestTo, type Server, type ServerResponse } from 'node:http';

/** What a storage server does to a request instead of serving it. */
export type StorageTrouble = '503' | '429' | 'reset in mid-upload' | 'lost answer';

/** Whom it hits: every nth request of those that the trouble can hit. */
interface Trouble {
  readonly what: StorageTrouble;
  readonly every: number;
}

/** Stands before a storage server, and answers in its place or not at all. */
export class StorageProxy {
  readonly #server: Server;
  readonly #target: URL;
  #trouble: Trouble | undefined;
  #requests = 0;
  #hits = 0;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((request, response) => {
      this.#handle(request, response);
    });
  }

  static async start(target: string): Promise<StorageProxy> {
    const proxy = new StorageProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  /** How many requests have been hit so far. */
  get hits(): number {
    return this.#hits;
  }

  /** From now on; `undefined` ends it. */
  trouble(trouble: Trouble | undefined): void {
    this.#trouble = trouble;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const trouble = this.#troubleOf(request);
    if (trouble === '503' || trouble === '429') refuse(request, response, Number(trouble));
    else this.#forward(request, response, trouble);
  }

  #troubleOf(request: IncomingMessage): StorageTrouble | undefined {
    const trouble = this.#trouble;
    const isWrite = request.method === 'PUT' || request.method === 'POST';
    if (trouble === undefined || (!isWrite && !/^\d/.test(trouble.what))) return undefined;
    if (trouble.what === 'reset in mid-upload' && !hasBytes(request)) return undefined;
    this.#requests += 1;
    if (this.#requests % trouble.every !== 0) return undefined;
    this.#hits += 1;
    return trouble.what;
  }

  #forward(request: IncomingMessage, response: ServerResponse, trouble: StorageTrouble | undefined): void {
    const { method, url: path, headers } = request;
    const { hostname, port } = this.#target;
    const upstream = requestTo({ hostname, port, path, method, headers: { ...headers, connection: 'close' } });
    const giveUp = (): void => {
      request.socket.destroy();
      upstream.destroy();
    };
    upstream.on('error', giveUp);
    request.on('close', () => {
      if (!request.complete) giveUp();
    });
    upstream.on('response', (answer) => {
      answer.on('error', giveUp);
      if (trouble === 'lost answer') {
        // The server has done it by the time that it answers, and the client gets no answer.
        answer.resume().on('end', giveUp);
        return;
      }
      response.writeHead(answer.statusCode ?? 502, throughHere(answer.headers, headers.host));
      answer.pipe(response);
    });
    if (trouble === 'reset in mid-upload') {
      request.once('data', (first: Buffer) => {
        upstream.write(first.subarray(0, first.byteLength >> 1), giveUp);
      });
    } else request.pipe(upstream);
  }
}

/** An upload is one request, or two, of which the first one only opens a session. */
function hasBytes({ method, url = '' }: IncomingMessage): boolean {
  return method === 'PUT' || url.includes('uploadType=multipart');
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  request.resume().on('end', () => {
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
}

/** An upload goes on where the server's answer says: here, too. */
function throughHere(headers: IncomingMessage['headers'], host: string | undefined): IncomingMessage['headers'] {
  const { location } = headers;
  if (location === undefined || host === undefined) return headers;
  const { pathname, search } = new URL(location);
  return { ...headers, location: `http://${host}${pathname}${search}` };
}
