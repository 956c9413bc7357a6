import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { eitherOrAfter } from './either-or-after.ts';

/** For each consumer group with a waiting fetch: what `resume` resolves to end the wait. */
const resumptions = new WeakMap<ConsumerGroup, PromiseWithResolvers<undefined>>();

let isApplied = false;

/**
 * From now on consumers in this process fetch as soon as a partition is resumed. Unpatched, kafkajs 2.2.4 sleeps for the
 * longest wait of a fetch while all partitions of a broker are paused, and so they are after each rebalance, until they
 * are claimed some milliseconds later. resumed-partitions.test.ts pins the assumptions made here.
 */
export function fetchOnceResumed(): void {
  if (isApplied) return;
  isApplied = true;
  const group = ConsumerGroup.prototype;
  const [fetch, resume] = [Reflect.get(group, 'fetch'), Reflect.get(group, 'resume')];
  group.resume = function (this: ConsumerGroup, partitions) {
    resume.call(this, partitions);
    resumptions.get(this)?.resolve(undefined);
    resumptions.delete(this);
  };
  group.fetch = async function (this: ConsumerGroup, nodeId) {
    try {
      if (isPaused(this, nodeId)) return await nothingUntilResumed(this);
    } catch (error) {
      await this.recoverFromFetch(error as Error);
      return [];
    }
    return await fetch.call(this, nodeId);
  };
}

/** Looks for new partitions of the topic, as kafkajs does before it sleeps. @returns no batches. */
async function nothingUntilResumed(group: ConsumerGroup): Promise<readonly never[]> {
  const resumption = nextResumption(group);
  await group.cluster.refreshMetadataIfNecessary();
  group.checkForStaleAssignment();
  await eitherOrAfter(resumption, group.maxWaitTime);
  return [];
}

/** Whether all assigned partitions that are read from this broker are paused. */
function isPaused(group: ConsumerGroup, nodeId: number): boolean {
  const active = group.getActiveTopicPartitions();
  return group
    .filterPartitionsByNode(nodeId, group.assigned())
    .every(({ topic, partitions }) => partitions.every((partition) => active[topic]?.has(partition) !== true));
}

function nextResumption(group: ConsumerGroup): Promise<unknown> {
  const resumption = resumptions.get(group) ?? Promise.withResolvers<undefined>();
  resumptions.set(group, resumption);
  return resumption.promise;
}
