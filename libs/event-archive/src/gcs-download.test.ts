import { CRC32C } from '@google-cloud/storage';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gcsBucket } from './gcs-bucket.ts';
import { downloadObject } from './gcs-download.ts';

const OBJECT = Buffer.alloc(64 * 1024, 'a');

/** A server that sends its whole answer at once and closes the connection, as during a shutdown. */
async function aServerThatEnds(answered: Buffer): Promise<Server> {
  const crc32c = new CRC32C();
  crc32c.update(OBJECT);
  const head = [
    'HTTP/1.1 200 OK',
    `Content-Length: ${OBJECT.length}`,
    `X-Goog-Hash: crc32c=${crc32c.toString()}`,
    'Connection: close',
  ];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), answered])));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

describe('a download from a bucket whose server closes the connection', () => {
  let folder: string;
  let server: Server;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'download-'));
  });

  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  function download(name: string): Promise<void> {
    const { port } = server.address() as { port: number };
    const bucket = gcsBucket('bucket', `http://127.0.0.1:${port}`);
    return downloadObject(bucket, { name, localFile: join(folder, name), isAuthorized: false, idleMs: 5_000 });
  }

  it('is complete although the connection closes before everything is read', async () => {
    server = await aServerThatEnds(OBJECT);
    await Promise.all(Array.from({ length: 4 }, (_, index) => download(`${index}`)));
    for (const name of await readdir(folder)) expect(await readFile(join(folder, name))).toEqual(OBJECT);
    expect(await readdir(folder)).toHaveLength(4);
  });

  it('fails, and leaves no file, when bytes are missing', async () => {
    server = await aServerThatEnds(OBJECT.subarray(1));
    await expect(download('a')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a download where HTTPS_PROXY is set', () => {
  it('goes through the proxy, which alone reaches the server', async () => {
    const server = await aServerThatEnds(OBJECT);
    const { port } = server.address() as { port: number };
    const asked: (string | undefined)[] = [];
    const proxy = createHttpServer();
    proxy.on('connect', ({ url }: IncomingMessage, client: Socket) => {
      asked.push(url);
      const way = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
      way.pipe(client).pipe(way);
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const folder = await mkdtemp(join(tmpdir(), 'download-'));
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
    try {
      const bucket = gcsBucket('bucket', 'http://storage.invalid');
      const localFile = join(folder, 'a');
      await downloadObject(bucket, { name: 'a', localFile, isAuthorized: false, idleMs: 5_000 });
      expect(await readFile(localFile)).toEqual(OBJECT);
      expect(asked).toEqual(['storage.invalid:80']);
    } finally {
      delete process.env['HTTPS_PROXY'];
      for (const each of [proxy, server]) each.close();
      await rm(folder, { recursive: true });
    }
  });
});
