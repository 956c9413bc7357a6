import { dirname, join } from 'node:path';
import { KnownRecords, type RetentionFloors } from '@antenna/oracle';
import type { Failpoint } from '../../failpoint.ts';
import { FeedHold } from '../feed/feeder.ts';
import { LONGEST_OPEN_MS } from '../feed/transactional-producer.ts';
import { type ArchiveKind, type ArchivePlace, openArchivePlace } from './archive-place.ts';
import { Database } from './database.ts';
import type { Ending } from './ending.ts';
import { type Bundles, programs } from './programs.ts';
import { logTo, Tally } from './run-log.ts';
import type { Proxied, Services } from './services.ts';
import { type Offsets, Topic } from './topic.ts';
import { WorkerGroup, type WorkerProcess } from './worker-group.ts';

/** One stream with its workers and everything around them that can be broken. */
export interface System {
  readonly services: Services;
  readonly database: Database;
  /** All topics that the stream has read, the oldest first. The last one is in use. */
  readonly topics: StreamTopic[];
  /** The topic in use. */
  readonly topic: Topic;
  /** Where the workers send quota events. */
  readonly quotaTopic: Topic;
  readonly archive: ArchivePlace;
  readonly workers: WorkerGroup;
  readonly tally: Tally;
  /** What the topic in use holds. */
  readonly known: KnownRecords;
  /** Lets everything that is written to the topic pause. */
  readonly feed: FeedHold;
  /** What should not have happened, in words. */
  readonly unexpected: string[];
  /** Records that were deleted on purpose from the topic in use. */
  readonly deletions: Deletion[];
  /** The retention floors that the run has set. */
  floors: RetentionFloors;
  /** The ids of quota events that a restore of the database has undone, and where the topic ended at the restore. */
  undoneQuotaEvents: { readonly ids: ReadonlySet<string>; readonly offsets: ReadonlyMap<number, Offsets> } | undefined;
  readonly sessionTimeoutMs: number;
  /** How long an archived chunk collects rows. */
  readonly chunkMs: number;
  log(line: string): void;
  /** Runs a command of the speed layer, with its flags. */
  speedLayer(...args: readonly string[]): Promise<Ending>;
  /** Starts a command of the speed layer that may be killed, or dies at a failpoint. */
  startSpeedLayer(args: readonly string[], failpoint?: Failpoint): WorkerProcess;
  /** Runs a command of the batch layer. */
  batchLayer(...args: readonly string[]): Promise<Ending>;
  /** Starts a command of the batch layer that may be killed. */
  startBatchLayer(...args: readonly string[]): WorkerProcess;
  close(): Promise<void>;
}

/** A topic that the stream reads or has read, the records written to it, and those that the run has deleted from it. */
export interface StreamTopic {
  readonly topic: Topic;
  readonly known: KnownRecords;
  readonly deletions: Deletion[];
}

/** Records of a partition below an offset. */
export interface Deletion {
  readonly partition: number;
  readonly offset: number;
}

export interface SystemOptions {
  /** Tells streams of one run apart. */
  readonly name: string;
  /** A folder of its own. */
  readonly folder: string;
  readonly bundles: Bundles;
  readonly archive: ArchiveKind;
  readonly partitions: number;
  /** How long an archived chunk collects rows. */
  readonly chunkMs: number;
  readonly sessionTimeoutMs: number;
}

/** Small commits and chunks, so that there is always one under way to be killed in. */
const SMALL_STEPS = {
  FLUSH_INTERVAL_MS: '200',
  FLUSH_MAX_EVENTS: '20000',
  ARCHIVE_ROLL_ROWS: '20000',
  HTTP_PORT: '0',
  LOG_LEVEL: 'info',
  LOG_FORMAT: 'json',
};

const QUOTA_PARTITIONS = 4;

export async function openSystem(services: Services, options: SystemOptions): Promise<System> {
  const { name, folder } = options;
  const database = await Database.create(services.postgres.address, name);
  const topics = [await newStreamTopic(services, name, options.partitions)];
  const quotaTopic = await Topic.create(services.kafka, { name: `${name}-quota`, partitions: QUOTA_PARTITIONS });
  const archive = await openArchivePlace(options.archive, {
    folder,
    bucket: name,
    storageUrl: services.gcs.address,
    proxiedStorageUrl: `http://${through(services, 'gcs')}`,
  });
  const inUse = (): StreamTopic => lastOf(topics);
  const environment = () => ({
    ...SMALL_STEPS,
    KAFKA_SESSION_TIMEOUT_MS: String(options.sessionTimeoutMs),
    // Hundreds of workers compile the same bundle.
    NODE_COMPILE_CACHE: join(dirname(options.bundles.speedLayer), 'compiled'),
    ARCHIVE_ROLL_INTERVAL_MS: String(options.chunkMs),
    DATABASE_URL: database.through(services.postgres.proxy.port),
    KAFKA_BROKERS: through(services, 'kafka'),
    KAFKA_TOPIC: inUse().topic.name,
    KAFKA_GROUP_ID: inUse().topic.name,
    QUOTA_EVENTS_TOPIC: quotaTopic.name,
    ...archive.environment,
  });
  const tally = new Tally();
  const log = await logTo(join(folder, '..', `${name}.log`));
  const run = programs(options.bundles, environment, log);
  const workers = new WorkerGroup({ start: (failpoint) => run.worker(['serve'], failpoint), tally, log });
  return {
    services,
    database,
    topics,
    get topic() {
      return inUse().topic;
    },
    get known() {
      return inUse().known;
    },
    get deletions() {
      return inUse().deletions;
    },
    quotaTopic,
    archive,
    workers,
    tally,
    feed: new FeedHold(LONGEST_OPEN_MS),
    unexpected: [],
    floors: {},
    undoneQuotaEvents: undefined,
    sessionTimeoutMs: options.sessionTimeoutMs,
    chunkMs: options.chunkMs,
    log,
    speedLayer: (...args) => run.worker(args).ended,
    startSpeedLayer: (args, failpoint) => run.worker(args, failpoint),
    batchLayer: (...args) => run.batch(args).ended,
    startBatchLayer: (...args) => run.batch(args),
    async close() {
      workers.abandon();
      await archive.close();
    },
  };
}

/** An empty topic for a stream. */
export async function newStreamTopic({ kafka }: Services, name: string, partitions: number): Promise<StreamTopic> {
  return { topic: await Topic.create(kafka, { name, partitions }), known: new KnownRecords(partitions), deletions: [] };
}

function lastOf(topics: readonly StreamTopic[]): StreamTopic {
  const last = topics.at(-1);
  if (last === undefined) throw new RangeError('a stream has a topic');
  return last;
}

/** Where a service is reached through its proxies. */
function through({ proxies }: Services, service: Proxied): string {
  return proxies[service].map(({ port }) => `127.0.0.1:${port}`).join(',');
}
