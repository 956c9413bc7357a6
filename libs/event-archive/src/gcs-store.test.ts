import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { gcsBucket } from './gcs-bucket.ts';
import { GcsStore, withDeadline } from './gcs-store.ts';
import { setImmediate as turn } from 'node:timers/promises';

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

describe('an operation with a deadline', () => {
  it('returns its result', async () => {
    expect(await withDeadline(60_000, () => Promise.resolve('done'))).toBe('done');
  });

  it('rejects with its own error', async () => {
    await expect(withDeadline(60_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('rejects with a time-out and aborts its signal when it takes longer', async () => {
    let isTold = false;
    const never = withDeadline(1, (signal) => {
      signal.addEventListener('abort', () => (isTold = true));
      return new Promise<never>(() => undefined);
    });
    await expect(never).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(isTold).toBe(true);
  });

  it('may reject after its deadline without an unhandled rejection', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    await expect(withDeadline(1, () => promise)).rejects.toMatchObject({ name: 'TimeoutError' });
    reject(new Error('too late to be heard'));
    await turn();
  });
});
