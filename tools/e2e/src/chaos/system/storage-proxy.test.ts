import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { StorageProxy } from './storage-proxy.ts';

describe('a proxy before a storage server', () => {
  let server: Server;
  let proxy: StorageProxy;
  /** Bodies that the server has received whole. */
  let received: string[];

  beforeEach(async () => {
    received = [];
    server = createServer((request, response) => {
      text(request).then(
        (body) => {
          received.push(body);
          response.setHeader('location', 'http://elsewhere:1/upload?id=7');
          response.end(`took ${body}`);
        },
        () => undefined,
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await StorageProxy.start(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  });

  afterEach(async () => {
    await proxy.stop();
    server.closeAllConnections();
    server.close();
  });

  const origin = () => `http://127.0.0.1:${proxy.port}`;
  const put = (body: string) => fetch(`${origin()}/object`, { method: 'PUT', body });

  it('passes requests on, and has uploads go on through itself', async () => {
    const response = await put('hello');
    expect(await response.text()).toBe('took hello');
    expect(response.headers.get('location')).toBe(`${origin()}/upload?id=7`);
  });

  it.each(['503', '429'] as const)('answers %s for every second request', async (what) => {
    proxy.trouble({ what, every: 2 });
    const statuses = [];
    for (let request = 0; request < 4; request++) statuses.push((await put('hello')).status);
    expect(statuses).toEqual([200, Number(what), 200, Number(what)]);
    expect([received.length, proxy.hits]).toEqual([2, 2]);
  });

  it('loses the answer of a request that has been served', async () => {
    proxy.trouble({ what: 'lost answer', every: 1 });
    await expect(put('hello')).rejects.toThrow('fetch failed');
    expect(received).toEqual(['hello']);
  });

  it('cuts an upload in the midst, so that the server never has it whole', async () => {
    proxy.trouble({ what: 'reset in mid-upload', every: 1 });
    await expect(put('hello'.repeat(1_000))).rejects.toThrow('fetch failed');
    expect(received).toEqual([]);
  });

  it('serves again afterwards', async () => {
    proxy.trouble({ what: '503', every: 1 });
    await put('hello');
    proxy.trouble(undefined);
    expect((await put('hello')).status).toBe(200);
  });

  it('leaves reading alone while only writes are in trouble', async () => {
    proxy.trouble({ what: 'lost answer', every: 1 });
    expect((await fetch(`${origin()}/object`)).status).toBe(200);
  });
});
