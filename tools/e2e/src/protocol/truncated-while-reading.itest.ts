import { join } from 'node:path';
import { type KafkaCluster, startKafkaCluster } from '@antenna/local-stack';
import { rowsOf, type Environment, type TemporaryFolder, temporaryFolder, until } from '@antenna/test-kit';
import { keptDifferences, newStream, sendTo, someRecords, type Stream } from '../stream.ts';
import { hasClaimed, serve, startWorker, stop } from '../workers.ts';

const KEPT = someRecords(31, 200);
const LOST = someRecords(32, 100);
/** More than were lost: they reach beyond what the worker has read. */
const OTHERS = someRecords(33, 250);

/** With these, one replica is enough, in sync or not. */
const RECKLESS = { 'min.insync.replicas': '1', 'unclean.leader.election.enable': 'true' };

/** Leader and follower of each partition. */
const REPLICAS = [
  [1, 2],
  [2, 3],
  [3, 1],
] as const;

describe('a log that an unclean election truncates and that is filled again while a worker reads it', () => {
  let folder: TemporaryFolder;
  let cluster: KafkaCluster;
  let stream: Stream;
  let environment: Environment;

  beforeAll(async () => {
    folder = await temporaryFolder();
    cluster = await startKafkaCluster({ home: join(folder.path, 'kafka'), report: () => undefined });
    stream = { ...(await newStream({ partitions: REPLICAS.length })), brokers: cluster.address.split(',') };
    // The worker is frozen for a shorter time than its session lasts: it goes on reading, without a claim.
    environment = { ...stream.environment, KAFKA_BROKERS: cluster.address, KAFKA_SESSION_TIMEOUT_MS: '120000' };
    await cluster.createTopic({ topic: stream.topic, replicas: REPLICAS, settings: RECKLESS });
  });

  afterAll(async () => {
    await stream.close();
    await cluster.close();
    await folder.close();
  });

  /** A partition of which the group's coordinator holds nothing: without that one the worker would begin anew. */
  async function partitionWithoutCoordinator(): Promise<number> {
    const offsets = await cluster.partitions('__consumer_offsets');
    const { leader } = offsets.get(Math.abs(hashOfJava(stream.topic)) % offsets.size) ?? { leader: undefined };
    return REPLICAS.findIndex((replicas) => replicas.every((replica) => replica !== leader));
  }

  function untilLed(partition: number, by: number, inSync: number): Promise<unknown> {
    const isLed = async () => {
      const state = (await cluster.partitions(stream.topic)).get(partition);
      return state?.leader === by && state.inSync.length === inSync;
    };
    return until(isLed, { what: `leader ${by} with ${inSync} replicas in sync`, deadlineMs: 60_000 });
  }

  /** Waits until both sinks have saved all records of a partition below an offset. */
  function untilSaved(partition: number, offset: number): Promise<unknown> {
    const isSaved = async () => {
      const statement = `SELECT next_offset FROM pipeline.position WHERE partition = ${partition}`;
      const rows = await rowsOf<{ next_offset: string }>(stream.databaseUrl, statement);
      return rows.length === 2 && rows.every((row) => Number(row.next_offset) === offset);
    };
    return until(isSaved, { what: `positions of ${offset}`, deadlineMs: 60_000 });
  }

  /** The follower, which lacks the records that the worker has read last, becomes the leader and gets others. */
  async function loseRecords(partition: number): Promise<void> {
    const [leader, follower] = REPLICAS[partition] ?? [0, 0];
    await cluster.broker(leader).stop('immediate');
    await cluster.broker(follower).start();
    await untilLed(partition, follower, 1);
    await sendTo(stream, partition, OTHERS);
    await cluster.broker(leader).start();
    await untilLed(partition, follower, 2);
  }

  it('is noticed before a record is taken, and goes on when the truncation is acknowledged', async () => {
    const { worker, output } = serve(environment);
    await hasClaimed({ output });
    const partition = await partitionWithoutCoordinator();
    const [leader, follower] = REPLICAS[partition] ?? [0, 0];
    await sendTo(stream, partition, KEPT);
    await untilSaved(partition, KEPT.length);
    await cluster.broker(follower).stop('immediate');
    await untilLed(partition, leader, 1);
    await sendTo(stream, partition, LOST);
    await untilSaved(partition, KEPT.length + LOST.length);

    worker.kill('SIGSTOP');
    await loseRecords(partition);
    worker.kill('SIGCONT');
    const last = KEPT.length + LOST.length - 1;
    await until(() => output().includes('LOG_TRUNCATED'), { what: 'LOG_TRUNCATED', deadlineMs: 90_000 });
    expect(output()).toMatch(`the batch at offset ${last} was read as leader`);
    expect(output().match(/"claimed"/g)).toHaveLength(1);
    await untilSaved(partition, KEPT.length + LOST.length);

    const acknowledging = startWorker(['acknowledge-truncation', `--partition=${partition}`, '--by=test'], environment);
    expect((await acknowledging).stdout).toContain(
      `generation 1 of partition ${partition} begins at offset ${KEPT.length}`,
    );
    await untilSaved(partition, KEPT.length + OTHERS.length);
    await stop(worker);
    const records = [...KEPT, ...LOST, ...OTHERS];
    expect(await keptDifferences(stream, { totals: records, archive: records })).toEqual([]);
  }, 400_000);
});

/** By which Kafka chooses the coordinator of a group. */
function hashOfJava(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return hash;
}
