import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { ProductError } from '@antenna/cli';
import type { EventSource, OffsetRange, RecordReceiver } from '@antenna/ingestion';
import type { Consumer, ConsumerCrashEvent, EachBatchPayload, Kafka } from 'kafkajs';
import { causesOf, ConsumerEndedError, missingRight, type NotAuthorizedError } from './connection-advice.ts';
import { eitherOrAfter } from './either-or-after.ts';
import { fetchedBatch } from './fetched/fetched-set.ts';
import type { FetchesAhead } from './fetched/fetches-ahead.ts';
import { fetchedParts, InvalidBatches, Mutex } from './fetched/fetched-parts.ts';
import { GroupGuard, GroupTakenError } from './group-guard.ts';
import type { KafkaLog } from './kafka-client.ts';
import { kafkaCluster } from './kafka-cluster.ts';
import { goOnWithoutLeaders } from './leaderless-partitions.ts';
import { consumeInSets } from './kafkajs-patches.ts';
import { endFetchersOfStopped } from './stopped-consumers.ts';
import { refuseOldBrokers } from './old-brokers.ts';
import { readAhead } from './read-ahead.ts';
import { fetchOnceResumed } from './resumed-partitions.ts';
import { heartbeatWhileFetching } from './slow-responses.ts';
import { TopicOffsets } from './topic-offsets.ts';

export interface SubscriptionSettings {
  readonly topic: string;
  readonly groupId: string;
  /** The database that the group serves. Undefined for a group that commits no offsets. */
  readonly databaseId?: string;
  /** How long the group waits for a silent member before it reassigns the member's partitions. */
  readonly sessionTimeoutMs: number;
}

/** Heartbeats per session timeout. One interval is also the longest that a worker without capacity goes without one. */
const HEARTBEATS_PER_SESSION = 10;

/**
 * The longest interval between heartbeats. A member learns of a rebalance from the answer to its next heartbeat, and the
 * members that know of it already stand still until the last one does.
 */
const MAX_HEARTBEAT_MS = 500;

/** New partitions of the topic are noticed within this time. */
const METADATA_MAX_AGE_MS = 10_000;

const MAX_BYTES_PER_PARTITION = 2 * 2 ** 20;
const MAX_BYTES_PER_FETCH = 8 * 2 ** 20;

/** How long a fetch waits at the broker for a record. */
const MAX_WAIT_MS = 250;

/** Delay before a partition is fetched again after a damaged batch. */
const FETCH_AGAIN_MS = 200;

/**
 * Reads the topic from positions that are kept outside Kafka. kafkajs has no `assign`, so the consumer group assigns
 * the partitions; each stays paused until the receiver has claimed it and names the offset to read from.
 */
export class KafkaEventSource implements EventSource {
  readonly #settings: SubscriptionSettings;
  readonly #consumer: Consumer;
  readonly #offsets: TopicOffsets;
  readonly #ahead: FetchesAhead;
  readonly #guard: GroupGuard | undefined;
  readonly #log: KafkaLog;
  readonly #fetched = { invalidBatches: new InvalidBatches(), largeBatchMutex: new Mutex() };
  readonly #failure = Promise.withResolvers<never>();
  readonly #heartbeatMs: number;
  #assigned: readonly number[] = [];
  #isReclaiming = false;
  #isStopping = false;
  /** Whether this member has tried to name its database in the group since the last rebalance. */
  #isNamed = false;
  #lastSignOfLifeMs = Date.now();

  constructor(kafka: Kafka, settings: SubscriptionSettings, log: KafkaLog) {
    this.#settings = settings;
    this.#log = log;
    this.#heartbeatMs = Math.min(MAX_HEARTBEAT_MS, Math.ceil(settings.sessionTimeoutMs / HEARTBEATS_PER_SESSION));
    const cluster = kafkaCluster(kafka);
    this.#offsets = new TopicOffsets(cluster, settings.topic, log);
    const { databaseId } = settings;
    this.#guard = databaseId === undefined ? undefined : new GroupGuard(cluster, { ...settings, databaseId });
    this.#failure.promise.catch(() => undefined);
    refuseOldBrokers();
    heartbeatWhileFetching();
    fetchOnceResumed();
    endFetchersOfStopped();
    consumeInSets(settings.topic);
    this.#ahead = readAhead(settings.topic);
    goOnWithoutLeaders(settings.topic);
    this.#consumer = kafka.consumer({
      groupId: settings.groupId,
      sessionTimeout: settings.sessionTimeoutMs,
      rebalanceTimeout: settings.sessionTimeoutMs * 2,
      heartbeatInterval: this.#heartbeatMs,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      maxBytes: MAX_BYTES_PER_FETCH,
      maxWaitTimeInMs: MAX_WAIT_MS,
      retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 6, restartOnFailure: () => Promise.resolve(true) },
    });
  }

  /** Rejects when the consumer has ended and does not restart by itself; never resolves. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** When the consumer last fetched, sent a heartbeat, joined its group or crashed (milliseconds since 1970). */
  get lastSignOfLifeMs(): number {
    return this.#lastSignOfLifeMs;
  }

  /**
   * Performs all steps that fail for good when a broker is away, and may be called again after a failure. Once `run`
   * has begun, the client retries by itself without a limit.
   * @throws {TopicMissingError} when the topic does not exist.
   * @throws {GroupTakenError} when the group serves another database.
   * @throws {NotAuthorizedError} when this login may not read the topic, or may not use the group.
   * @throws {AdvertisedAddressError} when no address that the brokers advertise answers.
   */
  async connect(): Promise<{ readonly clusterId: string }> {
    try {
      await this.#offsets.connect();
      await this.#offsets.read();
      const clusterId = this.#offsets.clusterId();
      await this.verifyGroup();
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic: this.#settings.topic, fromBeginning: true });
      return { clusterId };
    } catch (error) {
      throw this.#missingRight(error) ?? error;
    }
  }

  /** Joins the group. From now on the receiver gets its assigned partitions and their batches. */
  async run(receiver: RecordReceiver): Promise<void> {
    this.#listen(receiver);
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: (payload) => this.#deliver(receiver, payload),
    });
  }

  /** Stops delivery. This client stays a member of the group until `disconnect`. */
  stopDelivery(): void {
    this.#isStopping = true;
    this.#pause(this.#assigned);
  }

  /** Leaves the group, so that its partitions are reassigned at once. */
  async disconnect(): Promise<void> {
    this.#isStopping = true;
    this.#ahead.forget();
    await this.#consumer.disconnect();
    await this.#offsets.disconnect();
  }

  readFrom(partition: number, offset: number): void {
    if (this.#isStopping) return;
    this.#ifJoined(() => {
      this.#guard?.reads(partition, offset);
      if (!this.#isNamed) void this.nameGroup();
      this.#ahead.forget();
      this.#consumer.seek({ topic: this.#settings.topic, partition, offset: String(offset) });
      this.#consumer.resume([{ topic: this.#settings.topic, partitions: [partition] }]);
    });
  }

  offsets(): Promise<ReadonlyMap<number, OffsetRange | undefined>> {
    return this.#offsets.read(this.#assigned);
  }

  /**
   * Checks that the group serves no other database. Other failures of the check are logged and do not stop the worker.
   * @throws {GroupTakenError} when the group serves another database.
   * @throws {NotAuthorizedError} when this login may not use the group.
   */
  async verifyGroup(): Promise<void> {
    await this.#guarded(async (guard) => {
      await guard.verify();
    });
  }

  /**
   * Checks the group like `verifyGroup` and commits this database's name with the offsets of the assigned partitions.
   * Called after a claim and at intervals. An error ends the source (`failure`).
   */
  async nameGroup(): Promise<void> {
    this.#isNamed = true;
    try {
      await this.#guarded(async (guard) => {
        const offsets = await guard.unnamed(this.#assigned);
        if (offsets.size > 0 && !this.#isStopping) await this.commitOffsetsForLag(offsets);
      });
    } catch (error) {
      this.#failure.reject(error);
    }
  }

  reclaim(): void {
    this.#pause(this.#assigned);
    this.#isReclaiming = true;
  }

  async commitOffsetsForLag(nextOffsets: ReadonlyMap<number, number>): Promise<void> {
    const { topic } = this.#settings;
    const metadata = this.#guard?.metadata ?? null;
    const offsets = [...nextOffsets].map(([partition, offset]) => {
      this.#guard?.shows(partition, offset);
      return { topic, partition, offset: String(offset), metadata };
    });
    try {
      await this.#consumer.commitOffsets(offsets);
    } catch (error) {
      this.#log('could not commit offsets to the group', { error: String(error) });
    }
  }

  #listen(receiver: RecordReceiver): void {
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => {
      this.#assigned = payload.memberAssignment[this.#settings.topic] ?? [];
      this.#isReclaiming = false;
      this.#guard?.joined();
      this.#isNamed = false;
      // In the same event-loop turn as the join: a fetch that began in between would read from the group's offsets.
      this.#pause(this.#assigned);
      if (!this.#isStopping) void receiver.onPartitionsAssigned(this.#assigned);
    });
    this.#consumer.on(events.HEARTBEAT, () => {
      if (!this.#isReclaiming || this.#isStopping) return;
      this.#isReclaiming = false;
      void receiver.onPartitionsAssigned(this.#assigned);
    });
    for (const event of [events.FETCH_START, events.HEARTBEAT, events.GROUP_JOIN, events.CRASH]) {
      this.#consumer.on(event, () => {
        this.#lastSignOfLifeMs = Date.now();
      });
    }
    this.#consumer.on(events.CRASH, (event) => {
      this.#crashed(event);
    });
  }

  async #deliver(receiver: RecordReceiver, payload: EachBatchPayload): Promise<void> {
    const { set, place } = fetchedBatch(payload.batch);
    let fault: string | undefined;
    const damaged = (text: string) => {
      fault = text;
    };
    for await (const part of fetchedParts(set, place, { ...this.#fetched, damaged })) {
      if (!(await this.#waitForRoom(receiver, payload)) || this.#isStopping) return;
      if (!receiver.onBatch(part)) {
        this.#pauseUnlessSeeked(part.partition, payload);
        return;
      }
      payload.resolveOffset(String(part.nextOffset - 1));
      await payload.heartbeat();
      // Other work of the JavaScript thread runs between two parts.
      await nextTurn();
    }
    // After an early return other threads may still unpack batches of the set: then it is left to the garbage collector.
    set.release();
    if (fault === undefined) return;
    this.#log('a fetched batch is damaged and is fetched again', { partition: place.partition, fault });
    await delay(FETCH_AGAIN_MS);
  }

  /** Sends heartbeats while the receiver has no capacity. @returns false when the batch has become stale meanwhile. */
  async #waitForRoom(receiver: RecordReceiver, payload: EachBatchPayload): Promise<boolean> {
    const { partition } = payload.batch;
    for (
      let full = receiver.waitForCapacity(partition);
      full !== undefined;
      full = receiver.waitForCapacity(partition)
    ) {
      await eitherOrAfter(full, this.#heartbeatMs);
      await payload.heartbeat();
      if (!payload.isRunning() || payload.isStale()) return false;
    }
    return payload.isRunning() && !payload.isStale();
  }

  /** Pauses a partition whose batch the receiver refused, until the receiver names the offset to read from. */
  #pauseUnlessSeeked(partition: number, payload: EachBatchPayload): void {
    if (!payload.isStale()) this.#pause([partition]);
  }

  #crashed({ payload }: ConsumerCrashEvent): void {
    const { error, restart: restarts } = payload;
    const brokers = causesOf(error).flatMap((cause) => ('broker' in cause ? [cause.broker] : []));
    this.#log('the consumer crashed', { error: String(error), brokers, restarts });
    if (restarts) return;
    const known = causesOf(error).find((cause) => cause instanceof ProductError);
    this.#failure.reject(this.#missingRight(error) ?? known ?? new ConsumerEndedError(error));
  }

  #missingRight(error: unknown): NotAuthorizedError | undefined {
    const { topic, groupId } = this.#settings;
    return missingRight(error, [
      { operation: 'Read', kind: 'topic', name: topic },
      { operation: 'Read', kind: 'group', name: groupId },
    ]);
  }

  async #guarded(check: (guard: GroupGuard) => Promise<void>): Promise<void> {
    if (this.#guard === undefined) return;
    try {
      await check(this.#guard);
    } catch (error) {
      const known = error instanceof GroupTakenError ? error : this.#missingRight(error);
      if (known !== undefined) throw known;
      this.#log('could not see which database the group serves', { error: String(error) });
    }
  }

  #pause(partitions: readonly number[]): void {
    if (partitions.length === 0) return;
    this.#ahead.forget();
    this.#ifJoined(() => {
      this.#consumer.pause([{ topic: this.#settings.topic, partitions: [...partitions] }]);
    });
  }

  /**
   * Between a crash and the restart the consumer is in no group and can neither seek nor pause; the next join pauses.
   */
  #ifJoined(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#log('not in the group at the moment', { error: String(error) });
    }
  }
}
