import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { ProductError } from '@antenna/cli';
import type { EventSource, OffsetRange, RecordReceiver } from '@antenna/ingestion';
import type { Consumer, ConsumerCrashEvent, EachBatchPayload, Kafka } from 'kafkajs';
import { causesOf } from './connection-advice.ts';
import { ConsumerEndedError } from './consumer-ended-error.ts';
import { fetchedBatch } from './fetched/fetched-batch.ts';
import { fetchedParts } from './fetched/fetched-parts.ts';
import { Suspicions } from './fetched/suspicions.ts';
import { Turns } from './fetched/turns.ts';
import { GroupGuard, GroupTakenError } from './group-guard.ts';
import type { KafkaLog } from './kafka-client.ts';
import { kafkaCluster } from './kafka-cluster.ts';
import { goOnWithoutLeaders } from './leaderless-partitions.ts';
import { consumeInSets } from './kafkajs-patches.ts';
import { missingRight, type NotAuthorizedError } from './not-authorized.ts';
import { refuseOldBrokers } from './old-brokers.ts';
import { heartbeatWhileFetching } from './slow-responses.ts';
import { TopicOffsets } from './topic-offsets.ts';

export interface SubscriptionSettings {
  readonly topic: string;
  readonly groupId: string;
  /** Undefined for a group that keeps nothing: else the group serves this database alone. */
  readonly databaseId?: string;
  /** How long the group waits for a silent member before it gives its partitions to others. */
  readonly sessionTimeoutMs: number;
}

/** Heartbeats per session timeout, and the most that a full worker waits before it sends one. */
const HEARTBEATS_PER_SESSION = 10;

/** How long new partitions of the topic may go unnoticed. */
const METADATA_MAX_AGE_MS = 10_000;

const MAX_BYTES_PER_PARTITION = 2 * 2 ** 20;
const MAX_BYTES_PER_FETCH = 8 * 2 ** 20;

/** How long a fetch waits at the broker for a first record, and a fetcher whose partitions are all paused for nothing. */
const MAX_WAIT_MS = 250;

/** How long a partition waits that has brought a damaged batch. */
const FETCH_AGAIN_MS = 200;

/**
 * The topic, read from positions that are kept outside Kafka. kafkajs has no `assign`: its group hands partitions out,
 * and each stays paused until the receiver has claimed it and says from where to read.
 */
export class KafkaEventSource implements EventSource {
  readonly #settings: SubscriptionSettings;
  readonly #consumer: Consumer;
  readonly #offsets: TopicOffsets;
  readonly #guard: GroupGuard | undefined;
  readonly #log: KafkaLog;
  readonly #fetched = { suspicions: new Suspicions(), largeBatches: new Turns() };
  readonly #failure = Promise.withResolvers<never>();
  readonly #heartbeatMs: number;
  #assigned: readonly number[] = [];
  #isReclaiming = false;
  #isStopping = false;
  /** Whether it was tried to name our database since the group has handed partitions out. */
  #isNamed = false;
  #lastSignOfLifeMs = Date.now();

  constructor(kafka: Kafka, settings: SubscriptionSettings, log: KafkaLog) {
    this.#settings = settings;
    this.#log = log;
    this.#heartbeatMs = Math.ceil(settings.sessionTimeoutMs / HEARTBEATS_PER_SESSION);
    const cluster = kafkaCluster(kafka);
    this.#offsets = new TopicOffsets(cluster, settings.topic, log);
    const { databaseId } = settings;
    this.#guard = databaseId === undefined ? undefined : new GroupGuard(cluster, { ...settings, databaseId });
    this.#failure.promise.catch(() => undefined);
    refuseOldBrokers();
    heartbeatWhileFetching();
    consumeInSets(settings.topic);
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

  /** Rejects when the consumer has ended and will not start again by itself; never resolves. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** When the consumer last fetched, sent a heartbeat, joined or began anew (milliseconds since 1970). */
  get lastSignOfLifeMs(): number {
    return this.#lastSignOfLifeMs;
  }

  /**
   * Does all that a broker which is away can make fail for good, and may be called again: once `run` has begun, the
   * client itself tries for as long as it takes.
   * @throws {TopicMissingError} when there is no such topic.
   * @throws {GroupTakenError} when the group serves another database.
   * @throws {NotAuthorizedError} when this login may not read the topic, or not in this group.
   * @throws {AdvertisedAddressError} when the brokers name addresses for themselves of which none answers.
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

  /** Joins the group; from now on the receiver is told its partitions and given their batches. */
  async run(receiver: RecordReceiver): Promise<void> {
    this.#listen(receiver);
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: (payload) => this.#deliver(receiver, payload),
    });
  }

  /** Delivers nothing more. The group still counts this member until `disconnect`. */
  stopDelivery(): void {
    this.#isStopping = true;
    this.#pause(this.#assigned);
  }

  /** Leaves the group, so that others take over at once. */
  async disconnect(): Promise<void> {
    this.#isStopping = true;
    await this.#consumer.disconnect();
    await this.#offsets.disconnect();
  }

  readFrom(partition: number, offset: number): void {
    if (this.#isStopping) return;
    this.#ifJoined(() => {
      this.#guard?.reads(partition, offset);
      if (!this.#isNamed) void this.nameGroup();
      this.#consumer.seek({ topic: this.#settings.topic, partition, offset: String(offset) });
      this.#consumer.resume([{ topic: this.#settings.topic, partitions: [partition] }]);
    });
  }

  offsets(): Promise<ReadonlyMap<number, OffsetRange | undefined>> {
    return this.#offsets.read(this.#assigned);
  }

  /**
   * Sees that the group serves no other database. What else keeps it from seeing is logged, and no reason to stop.
   * @throws {GroupTakenError} when it does.
   * @throws {NotAuthorizedError} when this login may not use the group.
   */
  async verifyGroup(): Promise<void> {
    await this.#guarded(async (guard) => {
      await guard.verify();
    });
  }

  /** Likewise, and names this database beside the offsets of the partitions that are ours. Called after a claim, and often. */
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
      this.#log('offsets not shown to the group', { error: String(error) });
    }
  }

  #listen(receiver: RecordReceiver): void {
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => {
      this.#assigned = payload.memberAssignment[this.#settings.topic] ?? [];
      this.#isReclaiming = false;
      this.#guard?.joined();
      this.#isNamed = false;
      // In the same turn as the join: a fetch that began in between would read from the group's offsets.
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
    const damaged = (what: string) => {
      fault = what;
    };
    for await (const part of fetchedParts(set, place, { ...this.#fetched, damaged })) {
      if (!(await this.#waitForRoom(receiver, payload)) || this.#isStopping) return;
      if (!receiver.onBatch(part)) {
        this.#pauseUnlessSeeked(part.partition, payload);
        return;
      }
      payload.resolveOffset(String(part.nextOffset - 1));
      await payload.heartbeat();
      // What else waits for the thread of JavaScript is done between two parts.
      await nextTurn();
    }
    if (fault === undefined) return;
    this.#log('a batch has come damaged, and is fetched again', { partition: place.partition, fault });
    await delay(FETCH_AGAIN_MS);
  }

  /** Keeps the membership alive while the receiver is full; false when the batch has become stale meanwhile. */
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

  /** A batch that was not taken: nothing more of this partition until the receiver says from where. */
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

  async #guarded(look: (guard: GroupGuard) => Promise<void>): Promise<void> {
    if (this.#guard === undefined) return;
    try {
      await look(this.#guard);
    } catch (error) {
      const known = error instanceof GroupTakenError ? error : this.#missingRight(error);
      if (known !== undefined) throw known;
      this.#log('could not see which database the group serves', { error: String(error) });
    }
  }

  #pause(partitions: readonly number[]): void {
    if (partitions.length === 0) return;
    this.#ifJoined(() => {
      this.#consumer.pause([{ topic: this.#settings.topic, partitions: [...partitions] }]);
    });
  }

  /** Between a crash and the restart there is no group to seek or pause in; the next join pauses and claims anew. */
  #ifJoined(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#log('not in the group at the moment', { error: String(error) });
    }
  }
}

async function eitherOrAfter(event: Promise<unknown>, timeoutMs: number): Promise<void> {
  const waiting = new AbortController();
  const timeout = delay(timeoutMs, undefined, { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([event, timeout]);
  waiting.abort();
}
