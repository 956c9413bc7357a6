import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

const HOST = '127.0.0.1';

/** Stands between clients and a server of this machine, and does to their connections what networks do. */
export class TcpProxy {
  readonly #server: Server;
  #target: number;
  readonly #connections = new Set<Socket>();
  #port = 0;
  #delayMs = 0;
  #bytesPerSecond = Infinity;
  #hole: PromiseWithResolvers<undefined> | undefined;
  #isRefusing = false;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: false }, (client) => {
      this.#join(client, connect({ host: HOST, port: this.#target, noDelay: true }));
    });
  }

  /**
   * @param target the server's port.
   * @param port to listen at; a free one unless given.
   */
  static async start(target: number, port = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(port, HOST);
    await once(proxy.#server, 'listening');
    const address = proxy.#server.address();
    proxy.#port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /**
   * Leads new connections to another server, as a name does that is given another address in a failover. Those that
   * there are stay with the old server until it or `cut` ends them.
   */
  lead(target: number): void {
    this.#target = target;
  }

  /** Cuts all connections, as a reset by the other end. */
  cut(): void {
    for (const socket of this.#connections) socket.resetAndDestroy();
  }

  /** Cuts all connections, and new ones as soon as they are made, until this is undone. */
  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing;
    if (isRefusing) this.cut();
  }

  /** Every piece of data waits for so long, in both directions. */
  slowDown(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Each connection carries so many bytes a second, in each direction. */
  throttle(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** From now on nothing gets through, and no connection is closed. */
  swallow(): void {
    this.#hole ??= Promise.withResolvers<undefined>();
  }

  /** Delivers what was held back, as TCP does when it sends again. */
  release(): void {
    this.#hole?.resolve(undefined);
    this.#hole = undefined;
  }

  async stop(): Promise<void> {
    this.cut();
    this.release();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, upstream: Socket): void {
    client.setNoDelay(true);
    for (const socket of [client, upstream]) {
      this.#connections.add(socket);
      socket.on('close', () => this.#connections.delete(socket));
      // Also one that comes when nothing is piped any more.
      socket.on('error', () => undefined);
    }
    const passage = (bytes: number): Promise<void> => this.#passage(bytes);
    const ways = [pipeline(client, new Gate(passage), upstream), pipeline(upstream, new Gate(passage), client)];
    // When one end is lost, the other gets a reset.
    const end = (): void => {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    };
    Promise.all(ways).catch(end);
    if (this.#isRefusing) end();
  }

  async #passage(bytes: number): Promise<void> {
    await this.#hole?.promise;
    const waitMs = this.#delayMs + (bytes / this.#bytesPerSecond) * 1_000;
    if (waitMs > 0) await delay(waitMs);
  }
}

/** Waits until a piece of data of so many bytes may go on. */
type Passage = (bytes: number) => Promise<void>;

/** Lets data through in their order, each piece when `passage` says so; while one waits, no more is read. */
class Gate extends Transform {
  readonly #passage: Passage;

  constructor(passage: Passage) {
    super();
    this.#passage = passage;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#passage(chunk.length).then(
      () => {
        done(null, chunk);
      },
      (error: unknown) => {
        done(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }
}
