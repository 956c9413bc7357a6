import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchOnce } from './fetch-once.ts';

describe('a request to Superset', () => {
  it('closes its connection after the response, so that no later request uses one that the server is closing', async () => {
    const server = createServer((_, response) => response.end('ready'));
    const ended: Promise<unknown>[] = [];
    server.on('connection', (socket) => ended.push(once(socket, 'close')));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      for (const name of ['probe', 'version']) {
        const response = await fetchOnce(`${url}/${name}`, { headers: { accept: 'application/json' } });
        expect(await response.text()).toBe('ready');
      }
      expect(ended).toHaveLength(2);
      await Promise.all(ended);
    } finally {
      server.close();
    }
  });
});
