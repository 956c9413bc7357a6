import { setTimeout as delay } from 'node:timers/promises';
import Cluster from 'kafkajs/src/cluster/index.js';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import OffsetManager from 'kafkajs/src/consumer/offsetManager/index.js';
import protocolErrors from 'kafkajs/src/protocol/error.js';
import metadataResponse, { type TopicMetadata } from 'kafkajs/src/protocol/requests/metadata/v6/response.js';

/**
 * Lets the other partitions of a topic go on when one has no leader. kafkajs 2.2.4 then rejects the metadata of the
 * whole topic, and neither reads, writes nor starts. Patched in memory, for the named topics only;
 * leaderless-partitions.test.ts pins each assumption made here.
 *
 * - Metadata keeps a partition without a leader, as led by node -1. No fetcher reads from that node.
 * - A consumer does not ask for the committed offset of such a partition. kafkajs would ask its leader for the oldest
 *   record next, and fetch nothing until that answered. The receiver names the offset to read from in any case.
 * - A broker that refuses the connection ends only the fetches from that broker.
 * - A producer that sends to such a partition gets the error LEADER_NOT_AVAILABLE.
 */
const topics = new Set<string>();
let isApplied = false;

/** Kafka protocol, partition errors in metadata: LEADER_NOT_AVAILABLE, REPLICA_NOT_AVAILABLE, LISTENER_NOT_FOUND. */
const PASSABLE = new Set([5, 9, 72]);
const LEADER_NOT_AVAILABLE = 5;

/** Node id that stands for a missing leader. */
const NONE = -1;

/** Placeholder for the committed offset of a partition until its leader answers. */
const UNKNOWN_OFFSET = '0';

/** From now on all readers and writers of this topic in this process go on with the partitions that have a leader. */
export function goOnWithoutLeaders(topic: string): void {
  topics.add(topic);
  if (isApplied) return;
  isApplied = true;
  keepInMetadata();
  askForNoCommittedOffset();
  endOneFetcherAlone();
  refuseToSend();
}

function keepInMetadata(): void {
  const parse = metadataResponse.parse.bind(metadataResponse);
  metadataResponse.parse = async (metadata) => {
    const topicMetadata = metadata.topicMetadata.map((each) => (topics.has(each.topic) ? withoutErrors(each) : each));
    return await parse({ ...metadata, topicMetadata });
  };
}

function withoutErrors(topic: TopicMetadata): TopicMetadata {
  const partitionMetadata = topic.partitionMetadata.map((partition) =>
    PASSABLE.has(partition.partitionErrorCode) ? { ...partition, partitionErrorCode: 0 } : partition,
  );
  return { ...topic, partitionMetadata };
}

function askForNoCommittedOffset(): void {
  const prototype = OffsetManager.prototype;
  const resolve = Reflect.get(prototype, 'resolveOffsets');
  prototype.resolveOffsets = async function (this: OffsetManager) {
    for (const topic of Object.keys(this.memberAssignment)) if (topics.has(topic)) fillIn(this, topic);
    await resolve.call(this);
  };
}

function fillIn(manager: OffsetManager, topic: string): void {
  const committed = manager.committedOffsets()[topic];
  if (committed === undefined) return;
  const leaders = new Map(
    manager.cluster.findTopicPartitionMetadata(topic).map(({ partitionId, leader }) => [partitionId, leader]),
  );
  for (const partition of manager.memberAssignment[topic] ?? []) {
    if ((leaders.get(partition) ?? NONE) === NONE) committed[partition] ??= UNKNOWN_OFFSET;
  }
}

/** `findBroker` has already requested new metadata; the delay prevents a busy loop of requests to a missing broker. */
function endOneFetcherAlone(): void {
  const prototype = ConsumerGroup.prototype;
  const recover = Reflect.get(prototype, 'recoverFromFetch');
  prototype.recoverFromFetch = async function (this: ConsumerGroup, error) {
    if (error.name === 'KafkaJSConnectionError') await delay(this.maxWaitTime);
    else await recover.call(this, error);
  };
}

function refuseToSend(): void {
  const prototype = Cluster.prototype;
  const find = Reflect.get(prototype, 'findLeaderForPartitions');
  prototype.findLeaderForPartitions = function (this: Cluster, topic, partitions) {
    const byLeader = find.call(this, topic, partitions);
    if (topics.has(topic) && byLeader[NONE] !== undefined)
      throw protocolErrors.createErrorFromCode(LEADER_NOT_AVAILABLE);
    return byLeader;
  };
}
