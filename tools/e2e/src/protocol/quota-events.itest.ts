import { quotaEventDifferences, type QuotaMessage, quotaMessages, withTables } from '@antenna/oracle';
import { endedWell, rowsOf, testKafka, testTopic, type TestTopic } from '@antenna/test-kit';
import { openDatabase, seedUsers } from '@antenna/usage-store';
import { type Failpoint, failpointText, QUOTA_STEPS } from '../failpoint.ts';
import { newStream, send, someRecords, type Stream } from '../stream.ts';
import { drain, startBatch, startWorker } from '../workers.ts';

const MOMENTS = ['before', 'after'] as const;
const FAILPOINTS: readonly Failpoint[] = [
  ...QUOTA_STEPS.flatMap((step) => MOMENTS.map((moment) => ({ moment, step, call: 1 }))),
  { moment: 'after', step: 'commit', call: 2 },
];

/** All hours of the records. */
const RUN = ['run', '--from=2022-10-29T10', '--to=2022-10-29T19'];

describe('quota events of workers that are killed', () => {
  let stream: Stream;
  let topic: TestTopic;
  const records = someRecords(18, 6_000);
  const part = Math.ceil(records.length / (FAILPOINTS.length + 1));

  async function partOf(number: number): Promise<void> {
    await send(stream, records.slice(number * part, (number + 1) * part));
  }

  async function messages(): Promise<readonly QuotaMessage[]> {
    return quotaMessages(testKafka(topic.brokers), topic.topic);
  }

  beforeAll(async () => {
    topic = await testTopic({ partitions: 3 });
    stream = await newStream({ partitions: 3, environment: { QUOTA_EVENTS_TOPIC: topic.topic } });
    const database = openDatabase({ url: stream.databaseUrl }, { applicationName: 'test' });
    await seedUsers(database).finally(() => database.destroy());
  });

  afterAll(async () => {
    await topic.close();
    await stream.close();
  });

  it.each(FAILPOINTS.map((failpoint, number) => [failpointText(failpoint), failpoint, number] as const))(
    'come to no harm when a worker dies %s',
    async (_name, failpoint, number) => {
      await partOf(number);
      const { signal, all } = await startWorker('drain', stream.environment, failpoint);
      expect({ signal, all: signal === 'SIGKILL' ? '' : all }).toEqual({ signal: 'SIGKILL', all: '' });
    },
    180_000,
  );

  it('are all in the topic at the end, in order and without any other, each counted once by its id', async () => {
    await partOf(FAILPOINTS.length);
    await drain(stream.environment);
    await endedWell(startBatch(RUN, stream.environment));
    await drain(stream.environment);
    const sent = await messages();
    expect(await withTables(stream.databaseUrl, (tables) => quotaEventDifferences(tables, sent))).toEqual([]);
    const states = await rowsOf<{ state: string }>(stream.databaseUrl, STATES);
    expect(states.map(({ state }) => state)).toEqual(['confirmed', 'exceeded', 'warned']);
  }, 300_000);

  it('are withdrawn for a user whose quota was raised before the hours are computed again', async () => {
    const raised = await rowsOf<{ id: string; hours: string }>(stream.databaseUrl, RAISE);
    expect(raised).toHaveLength(1);
    await endedWell(startBatch(RUN, stream.environment));
    await drain(stream.environment);
    const sent = await messages();
    expect(await withTables(stream.databaseUrl, (tables) => quotaEventDifferences(tables, sent))).toEqual([]);
    const withdrawn = sent.filter(({ value }) => value.includes('"antenna-usage.quota.withdrawn"'));
    expect(withdrawn).toHaveLength(Number(raised[0]?.hours));
    expect(new Set(withdrawn.map(({ key }) => key))).toEqual(new Set([raised[0]?.id]));
  }, 300_000);
});

const STATES = 'SELECT DISTINCT state FROM pipeline.quota_event ORDER BY 1';

const RAISE = `
  UPDATE public.user_metadata SET quota = 1000000000000
  WHERE id = (SELECT min(id) FROM pipeline.quota_event WHERE state = 'confirmed')
  RETURNING id, (
    SELECT count(DISTINCT e.hour) FROM pipeline.quota_event AS e WHERE e.id = user_metadata.id
  ) AS hours`;
