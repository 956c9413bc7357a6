import {
  type Environment,
  produce,
  type TestDatabase,
  testDatabase,
  type TestTopic,
  testTopic,
} from '@antenna/test-kit';
import { EVENT } from '../stream.ts';
import { startApp } from '../workers.ts';

const RECORDS = 500;

describe('a topic whose records have timestamps in seconds', () => {
  let topic: TestTopic;
  let database: TestDatabase;
  let environment: Environment;

  beforeAll(async () => {
    [topic, database] = await Promise.all([testTopic(), testDatabase()]);
    const timestamp = String(Math.floor(Date.now() / 1_000));
    await produce(
      topic,
      Array.from({ length: RECORDS }, () => ({ value: JSON.stringify(EVENT), timestamp })),
    );
    environment = {
      DATABASE_URL: database.url,
      SINKS: 'totals',
      KAFKA_BROKERS: topic.brokers.join(','),
      KAFKA_TOPIC: topic.topic,
      KAFKA_GROUP_ID: topic.topic,
    };
  });

  afterAll(() => Promise.all([topic.close(), database.close()]));

  it('is reported in the log and by status, with the reason, the count and what to do', async () => {
    const drained = await startApp('speed-layer', ['drain'], environment);
    expect(drained.exitCode).toBe(0);
    const told = drained.stderr.split('\n').filter((line) => line.includes('every record is refused'));
    expect(told.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: expect.stringMatching(/timestamps in seconds .*LogAppendTime/) as string,
      }),
    );
    const { stdout } = await startApp('speed-layer', ['status'], environment);
    expect(stdout).toMatch(
      /500 records are dead letters \(wrong_clock 500\): every record is refused, .*LogAppendTime/,
    );
  });
});
