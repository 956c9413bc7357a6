import pg from 'pg';
import { kafkaClient } from './kafka-client.ts';
import { emptyDatabase, produce, temporaryFolder, testBucket, testDatabase, testTopic, until } from './index.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

describe('services for tests', () => {
  it('gives each test a database of its own with the schema', async () => {
    const databases = await Promise.all([testDatabase(), testDatabase(), testDatabase()]);
    const urls = databases.map(({ url }) => url);
    await query(urls[0]!, `INSERT INTO user_metadata (id, name, email, quota) VALUES ('a', 'a', 'a@gmail.com', 1)`);
    expect(await query(urls[0]!, 'SELECT id FROM user_metadata')).toEqual([{ id: 'a' }]);
    expect(await query(urls[1]!, 'SELECT id FROM user_metadata')).toEqual([]);
    await Promise.all(databases.map((database) => database.close()));
    await expect(query(urls[2]!, 'SELECT 1')).rejects.toThrow('does not exist');
  });

  it('gives a database with nothing in it', async () => {
    const database = await emptyDatabase();
    expect(await query(database.url, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
    await database.close();
  });

  it('drops a database that somebody is connected to', async () => {
    const database = await emptyDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    await database.close();
    await expect(client.query('SELECT 1')).rejects.toThrow();
  });

  it('gives a topic with as many partitions as asked for, which takes records', async () => {
    const topic = await testTopic({ partitions: 3 });
    await produce(topic, [
      { partition: 2, value: 'one' },
      { partition: 2, value: 'two' },
    ]);
    const admin = kafkaClient(topic.brokers).admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic.topic);
    await admin.disconnect();
    await topic.close();
    const ends = offsets.sort((a, b) => a.partition - b.partition).map(({ high }) => high);
    expect(ends).toEqual(['0', '0', '2']);
  });

  it('gives a bucket with nothing in it', async () => {
    const { url, endpoint } = await testBucket();
    const bucket = url.replace('gs://', '');
    const response = await fetch(new URL(`/storage/v1/b/${bucket}/o`, endpoint));
    expect(response.status).toBe(200);
    expect(await response.json()).not.toHaveProperty('items');
  });
});

describe('a temporary folder', () => {
  it('is there until it is closed', async () => {
    const { stat, writeFile } = await import('node:fs/promises');
    const folder = await temporaryFolder();
    await writeFile(`${folder.path}/file`, 'text');
    await folder.close();
    await expect(stat(folder.path)).rejects.toThrow('ENOENT');
  });
});

describe('waiting for a condition', () => {
  it('ends with the first answer', async () => {
    let asked = 0;
    expect(await until(() => ++asked === 3 && `asked ${asked} times`, { what: 'third time' })).toBe('asked 3 times');
  });

  it('tells what did not come', async () => {
    await expect(until(() => false, { what: 'miracle', deadlineMs: 1 })).rejects.toThrow('no miracle within 1 ms');
  });
});
