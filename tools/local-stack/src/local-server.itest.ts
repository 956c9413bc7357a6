import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePorts, type Ports } from './ports.ts';
import { withKafkaAdmin } from './kafka/kafka-admin.ts';
import { deleteData, startStack, stackAt, stopStack, type Stack } from './stack.ts';

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('servers on this machine', () => {
  let home: string;
  let ports: Ports;
  let stack: Stack;
  let told: string[];
  const report = (line: string): void => void told.push(line);

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'local-stack-'));
    await chmod(home, 0o755);
    ports = await freePorts();
    told = [];
    stack = await startStack({ home, ports, durable: false, report });
  });

  beforeEach(() => {
    told = [];
  });

  afterAll(async () => {
    await stopStack(stack, 'immediate');
    await deleteData(home);
  });

  it('are of use once they are up', async () => {
    expect(await ask(stack.postgres.address, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const { topics } = await withKafkaAdmin(stack.kafka.address, (admin) =>
      admin.fetchTopicMetadata({ topics: ['devices'] }),
    );
    expect(topics[0]?.partitions).toHaveLength(4);
    expect((await fetch(`${stack.gcs.address}/storage/v1/b?project=test`)).status).toBe(200);
  });

  it('are left alone when they run already', async () => {
    const pids = () => Promise.all(Object.values(stack).map((server) => server.pid()));
    const before = await pids();
    await startStack({ home, ports, durable: false, report });
    expect(await pids()).toEqual(before);
    expect(told).toHaveLength(3);
    expect(told.every((line) => line.includes('already running'))).toBe(true);
  });

  it.each(['graceful', 'immediate'] as const)('have what they had after a stop (%s) and a start', async (how) => {
    await ask(stack.postgres.address, `CREATE TABLE kept_${how} ()`);
    const bucket = `kept-${how}`;
    await fetch(`${stack.gcs.address}/storage/v1/b?project=test`, {
      method: 'POST',
      body: JSON.stringify({ name: bucket }),
    });
    const before = await stack.postgres.pid();
    await stopStack(stack, how);
    expect(await Promise.all(Object.values(stack).map((server) => server.pid()))).toEqual(Array(3).fill(undefined));
    await startStack({ home, ports, durable: false, report });
    expect(await stack.postgres.pid()).not.toBe(before);
    expect(await ask(stack.postgres.address, `SELECT * FROM kept_${how}`)).toEqual([]);
    expect(await withKafkaAdmin(stack.kafka.address, (admin) => admin.listTopics())).toContain('devices');
    expect((await fetch(`${stack.gcs.address}/storage/v1/b/${bucket}`)).status).toBe(200);
  });

  it('refuse other ports while they run', async () => {
    const elsewhere = stackAt({ home, ports: await freePorts(), report });
    await expect(elsewhere.gcs.start()).rejects.toThrow(`already runs at ${stack.gcs.address}`);
  });

  it('tell which port is taken, and by whom', async () => {
    const other = await freePorts();
    const squatter = createServer().listen(other.gcs, '127.0.0.1');
    await once(squatter, 'listening');
    const empty = join(home, 'other');
    await expect(startStack({ home: empty, ports: other, services: ['gcs'], report })).rejects.toThrow(
      `port ${other.gcs}, which gcs is to have, is taken by process ${process.pid} `,
    );
    squatter.close();
  });

  it('show the end of the log of one that does not come up', async () => {
    const broken = join(home, 'broken');
    await mkdir(join(broken, 'gcs'), { recursive: true });
    // A file where the folder of the objects should be.
    await writeFile(join(broken, 'gcs', 'data'), '');
    await expect(startStack({ home: broken, ports: await freePorts(), services: ['gcs'], report })).rejects.toThrow(
      /EEXIST/,
    );
  });
});
