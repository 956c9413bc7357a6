import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { gcsBucket } from './gcs-bucket.ts';
import { GcsStore } from './gcs-store.ts';

const PAGES: Readonly<Record<string, object>> = {
  '': { items: [{ name: 'root/hour/b', size: '2' }], prefixes: ['root/hour/app=X/'], nextPageToken: 'second' },
  second: { prefixes: ['root/hour/_log/'], nextPageToken: 'third' },
  third: { items: [{ name: 'root/hour/a', size: '1' }] },
};

describe('a listing of a bucket in several pages', () => {
  let server: Server;

  beforeEach(async () => {
    server = createServer((request, response) => {
      const token = new URL(request.url ?? '', 'http://host').searchParams.get('pageToken') ?? '';
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(PAGES[token]));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('has the objects and folders of all pages', async () => {
    const { port } = server.address() as { port: number };
    const bucket = gcsBucket('bucket', `http://127.0.0.1:${port}`);
    const store = new GcsStore(bucket, { prefix: 'root', timeoutMs: 5_000, isAuthorized: false });
    expect(await store.list('hour')).toEqual({
      files: [
        { path: 'hour/a', sizeBytes: 1 },
        { path: 'hour/b', sizeBytes: 2 },
      ],
      folders: ['_log', 'app=X'],
    });
  }, 10_000);
});
