import pg from 'pg';
import { produce, testKafka, testTopic } from './test-topic.ts';
import { testBucket } from './archive-places.ts';
import { emptyDatabase, testDatabase } from './test-database.ts';

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

  it('drops a database that a client is connected to', async () => {
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
    const admin = testKafka(topic.brokers).admin();
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
