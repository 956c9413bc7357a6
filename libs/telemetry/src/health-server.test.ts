import { once } from 'node:events';
import { connect } from 'node:net';
import { Gauge } from 'prom-client';
import { createMetrics, type HealthServer, type HealthServerOptions, startHealthServer } from './health-server.ts';

const well = () => ({ ok: true }) as const;
const started: HealthServer[] = [];

async function aServer(options: Partial<HealthServerOptions> = {}): Promise<HealthServer> {
  const registry = createMetrics();
  const server = await startHealthServer({
    port: 0,
    host: '127.0.0.1',
    isLive: well,
    isReady: well,
    registry,
    ...options,
  });
  started.push(server);
  return server;
}

async function get({ port }: HealthServer, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

describe('the health server', () => {
  it('listens on IPv4 and IPv6 when no address is given', async () => {
    const server = await aServer({ host: undefined });
    const answers = ['127.0.0.1', '[::1]', 'localhost'].map((host) => fetch(`http://${host}:${server.port}/healthz`));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('listens only at the given address', async () => {
    const server = await aServer({ host: '::1' });
    expect(await fetch(`http://[::1]:${server.port}/healthz`)).toMatchObject({ status: 200 });
    await expect(fetch(`http://127.0.0.1:${server.port}/healthz`)).rejects.toThrow();
  });

  it('names the setting to correct when the address does not belong to this machine', async () => {
    await expect(aServer({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      message: expect.stringMatching(/192\.0\.2\.1: .*EADDRNOTAVAIL.*HTTP_HOST/) as string,
    });
  });

  it('answers 200 on both paths when all is well', async () => {
    const server = await aServer();
    expect(await get(server, '/healthz')).toEqual({ status: 200, text: '{"ok":true}' });
    expect(await get(server, '/readyz')).toEqual({ status: 200, text: '{"ok":true}' });
  });

  it('answers 503 on /readyz with the reasons, while /healthz answers 200', async () => {
    const reasons = ['no partition is assigned', 'the database does not answer'];
    const server = await aServer({ isReady: () => Promise.resolve({ ok: false, reasons }) });
    expect(await get(server, '/readyz')).toEqual({ status: 503, text: JSON.stringify({ ok: false, reasons }) });
    expect(await get(server, '/healthz')).toMatchObject({ status: 200 });
  });

  it('answers 503 when a probe throws', async () => {
    const server = await aServer({ isLive: () => Promise.reject(new Error('stuck')) });
    expect(await get(server, '/healthz')).toEqual({ status: 503, text: '{"ok":false,"reasons":["stuck"]}' });
  });

  it('serves the metrics of its own registry only', async () => {
    const [registry, other] = [createMetrics(), createMetrics()];
    new Gauge({ name: 'lag', help: 'Records behind.', registers: [registry] }).set(4812);
    new Gauge({ name: 'lag', help: 'Records behind.', registers: [other] }).set(1);
    const server = await aServer({ registry });
    const { status, text } = await get(server, '/metrics');
    expect(status).toBe(200);
    expect(text).toMatch(/^lag 4812$/m);
    expect(text).not.toContain('process_cpu');
  });

  it('serves the metrics of the process when they are enabled', async () => {
    const { text } = await get(await aServer({ registry: createMetrics({ processMetrics: true }) }), '/metrics');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('names a port in use and the next step', async () => {
    const { port } = await aServer();
    await expect(aServer({ port })).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      exitCode: 1,
      message: expect.stringContaining(`port ${port} of 127.0.0.1`) as string,
    });
  });

  it('closes at once even during a request', async () => {
    const server = await aServer();
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET /healthz HTTP/1.1\r\n');
    await once(socket, 'ready');
    await get(server, '/healthz');
    await server.close();
    await once(socket.resume(), 'close');
    await expect(get(server, '/healthz')).rejects.toThrow();
  });
});
