import { join } from 'node:path';
import { freePorts, type LocalServer, startKafka } from '@antenna/local-stack';
import {
  asKafkaAdministrator,
  createTopic,
  type TemporaryFolder,
  temporaryFolder,
  testTopic,
  type TestTopic,
  until,
} from '@antenna/test-kit';
import type { Failpoint } from '../failpoint.ts';
import {
  ageStagingFiles,
  keptDifferences,
  newStream,
  openTransaction,
  send,
  someRecords,
  type Stream,
} from '../stream.ts';
import { drain, hasClaimed, lastLine, serve, startBatch, startWorker, stop } from '../workers.ts';

const BEFORE = someRecords(41, 1_500);
const SINCE = someRecords(42, 1_500);

/** Long enough that a slow worker keeps its membership, short enough that the group soon expels a killed one. */
const CALM = { KAFKA_SESSION_TIMEOUT_MS: '6000' };

describe('move-stream', () => {
  let stream: Stream;
  let next: TestTopic;

  beforeEach(async () => {
    [stream, next] = await Promise.all([newStream({ partitions: 2, environment: CALM }), testTopic({ partitions: 3 })]);
    await send(stream, BEFORE);
  });

  afterEach(() => Promise.all([stream.close(), next.close()]));

  /** The same stream with the settings of its next topic. */
  const moved = (): Stream => ({
    ...stream,
    topic: next.topic,
    environment: { ...stream.environment, KAFKA_TOPIC: next.topic, KAFKA_GROUP_ID: next.topic },
  });

  const move = (failpoint?: Failpoint) =>
    startWorker(
      ['move-stream', `--to-topic=${next.topic}`, `--to-group=${next.topic}`, '--by=test'],
      stream.environment,
      failpoint,
    );

  const differences = (records: typeof BEFORE) => keptDifferences(stream, { totals: records, archive: records });

  it('moves to the next topic what a killed worker has left, once a drain has finished it, and counts each record once', async () => {
    const died = await startWorker('drain', stream.environment, { moment: 'after', step: 'upload', call: 1 });
    expect(died.signal).toBe('SIGKILL');
    expect(lastLine(await move())).toMatch(/^STREAM_NOT_DRAINED: /);
    await send(moved(), SINCE);
    expect(lastLine(await startWorker('drain', moved().environment))).toMatch(/^OTHER_STREAM: /);

    await ageStagingFiles(join(stream.archiveFolder, '.staging'));
    await drain(stream.environment);
    expect((await move({ moment: 'before', step: 'stream-move', call: 1 })).signal).toBe('SIGKILL');
    await drain(stream.environment);
    expect((await move({ moment: 'after', step: 'stream-move', call: 1 })).signal).toBe('SIGKILL');
    expect(lastLine(await startWorker('drain', stream.environment))).toMatch(/^OTHER_STREAM: /);
    const again = await move();
    expect({ exitCode: again.exitCode, stdout: again.stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^the stream moved .*, by test\ntopic \S+ is counted and archived up to the cut: /,
      ) as string,
    });

    await drain(moved().environment);
    expect(await differences([...BEFORE, ...SINCE])).toEqual([]);
    const hours = ['--from=2022-10-29T11', '--to=2022-10-29T19'];
    for (const command of ['run', 'verify', 'reconcile']) {
      const { exitCode, all } = await startBatch([command, ...hours], stream.environment);
      expect({ command, exitCode, all: exitCode === 0 ? '' : all }).toEqual({ command, exitCode: 0, all: '' });
    }
  });

  it('refuses, and changes nothing, while a transaction is open in the present topic', async () => {
    await drain(stream.environment);
    const open = await openTransaction(stream, [{ value: 'undecided' }]);
    try {
      expect(lastLine(await move())).toMatch(/^STREAM_NOT_DRAINED: a transaction is open in partition /);
      await open.transaction.abort();
    } finally {
      await open.close();
    }
    await drain(stream.environment);
    expect((await move()).exitCode).toBe(0);
  });

  it('says which records came to the former topic after the cut, and can be taken back before the next topic is read', async () => {
    await drain(stream.environment);
    expect((await move()).exitCode).toBe(0);
    await send(stream, SINCE);
    const late = await move();
    expect(late.exitCode).toBe(4);
    expect(lastLine(late)).toMatch(
      /^RECORDS_AFTER_CUT: topic \S+ got records after the cut, which nothing reads: partition 0, /,
    );

    const back = [`--to-topic=${stream.topic}`, `--to-group=${stream.topic}`, '--by=test'];
    expect((await startWorker(['move-stream', ...back], moved().environment)).exitCode).toBe(0);
    await drain(stream.environment);
    expect(await differences([...BEFORE, ...SINCE])).toEqual([]);
  });

  it('leaves nothing to a worker of the former topic that was frozen in a commit, and thaws after the move', async () => {
    const frozen = serve(
      { ...stream.environment, FAILPOINT_SIGNAL: 'SIGSTOP' },
      { moment: 'before', step: 'commit', call: 1 },
    );
    await until(() => frozen.output().includes('reached'), { what: 'freeze of the worker', deadlineMs: 60_000 });
    await drain(stream.environment);
    expect((await move()).exitCode).toBe(0);
    const worker = serve(moved().environment);
    await hasClaimed(worker);
    await send(moved(), SINCE);
    frozen.worker.kill('SIGCONT');
    const isRefused = () => frozen.output().includes('OTHER_STREAM');
    await until(isRefused, { what: 'refusal of the worker that thawed', deadlineMs: 60_000 });
    await frozen.worker;
    await drain(moved().environment);
    await stop(worker.worker);
    expect(await differences([...BEFORE, ...SINCE])).toEqual([]);
  });
});

describe('move-stream to another Kafka cluster', () => {
  let stream: Stream;
  /** A topic of the present cluster with the same name as the topic of the next cluster. */
  let namesake: TestTopic;
  let folder: TemporaryFolder;
  let nextCluster: LocalServer;

  beforeAll(async () => {
    [stream, namesake, folder] = await Promise.all([
      newStream({ partitions: 2, environment: CALM }),
      testTopic({ partitions: 3 }),
      temporaryFolder(),
    ]);
    const { kafka: port, controller: controllerPort } = await freePorts();
    nextCluster = await startKafka({ home: folder.path, port, controllerPort, report: () => undefined });
  });

  afterAll(async () => {
    await nextCluster.stop('immediate');
    await Promise.all([stream.close(), namesake.close(), folder.close()]);
  });

  it('lets the workers of the cluster that was named go on, and refuses those of another one', async () => {
    const [brokers, { topic }] = [[nextCluster.address], namesake];
    const environment = { ...stream.environment, KAFKA_TOPIC: topic, KAFKA_BROKERS: nextCluster.address };
    const moved: Stream = { ...stream, topic, brokers, environment };
    const nextClusterId = await asKafkaAdministrator(brokers, async (admin) => {
      await createTopic(admin, { topic, numPartitions: 3 });
      return (await admin.describeCluster()).clusterId;
    });
    await send(stream, BEFORE);
    await drain(stream.environment);
    const flags = [`--to-topic=${topic}`, `--to-cluster=${nextClusterId}`, '--by=test'];
    expect((await startWorker(['move-stream', ...flags], stream.environment)).exitCode).toBe(0);
    await send(moved, SINCE);
    const ofNamesake = { ...environment, KAFKA_BROKERS: namesake.brokers.join(',') };
    expect(lastLine(await startWorker('drain', ofNamesake))).toMatch(/^OTHER_STREAM: /);
    await drain(moved.environment);
    expect(await keptDifferences(stream, { totals: [...BEFORE, ...SINCE], archive: [...BEFORE, ...SINCE] })).toEqual(
      [],
    );
  });
});
