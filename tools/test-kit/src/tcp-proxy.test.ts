import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { TcpProxy } from './tcp-proxy.ts';

describe('a proxy between a client and a server that echoes', () => {
  let server: Server;
  let proxy: TcpProxy;
  let client: Socket;

  beforeEach(async () => {
    server = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await TcpProxy.start((server.address() as { port: number }).port);
    client = await connected();
  });

  afterEach(async () => {
    client.destroy();
    await proxy.stop();
    server.close();
  });

  async function connected(): Promise<Socket> {
    const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  /** Whether by an end or by an error. */
  function closed(socket: Socket): Promise<unknown> {
    return new Promise((resolve) => socket.once('close', resolve));
  }

  async function echoOf(text: string): Promise<string> {
    client.write(text);
    const [data] = (await once(client, 'data')) as [Buffer];
    return data.toString();
  }

  it('passes data on', async () => {
    expect(await echoOf('hello')).toBe('hello');
  });

  it('carries no more bytes a second than it may', async () => {
    proxy.throttle(10_000);
    const startedMs = performance.now();
    await echoOf('0123456789'.repeat(100));
    // 1,000 bytes there and back.
    expect(performance.now() - startedMs).toBeGreaterThan(190);
  });

  it('cuts connections, and lets new ones through', async () => {
    await echoOf('hello');
    const ended = closed(client);
    proxy.cut();
    await ended;
    client = await connected();
    expect(await echoOf('again')).toBe('again');
  });

  it('cuts new connections, too, while it refuses', async () => {
    const ended = closed(client);
    proxy.refuse(true);
    await ended;
    await closed(connect(proxy.port, '127.0.0.1').on('error', () => undefined));
    proxy.refuse(false);
    client = await connected();
    expect(await echoOf('again')).toBe('again');
  });

  it('makes every answer wait twice the given time', async () => {
    proxy.slowDown(50);
    const begin = performance.now();
    await echoOf('slow');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(95);
  });

  it('holds everything back without a word until it is released', async () => {
    await echoOf('hello');
    proxy.swallow();
    let answered = false;
    const answer = echoOf('held').then((text) => {
      answered = true;
      return text;
    });
    // Long enough for an echo on this machine, many times over.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(false);
    proxy.release();
    expect(await answer).toBe('held');
  });

  it('leads new connections to another server, and leaves those that there are', async () => {
    const other = createServer((socket) => socket.end('the other')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    await echoOf('hello');
    proxy.lead((other.address() as { port: number }).port);
    const [data] = (await once(connect(proxy.port, '127.0.0.1'), 'data')) as [Buffer];
    other.close();
    expect([data.toString(), await echoOf('still here')]).toEqual(['the other', 'still here']);
  });

  it('ends the client when the server ends', async () => {
    await echoOf('hello');
    server.close();
    const ended = closed(client);
    proxy.cut();
    await ended;
  });
});
