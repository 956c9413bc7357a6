import type { Contestant } from '../contestants/contestant.ts';
import { product } from '../contestants/product.ts';
import { spark } from '../contestants/spark.ts';
import type { SubscriberRun } from '../report/results.ts';
import type { BenchStack } from '../stack/bench-stack.ts';
import { withDatabase } from '../stack/database.ts';
import { inRunPlace } from '../stack/run-place.ts';
import { loadSubscribers, type SubscriberTopic } from '../subscribers/subscriber-topic.ts';
import { addSubscribers } from '../subscribers/subscriber-users.ts';
import { topicFacts } from '../subscribers/subscriber-workload.ts';
import { verifySubscribers, verifyUserHours } from '../subscribers/verify-subscribers.ts';
import { measuredDrain } from './drain-round.ts';
import { type BenchContext, drainText } from './suite.ts';

const PRODUCT_ROUNDS = 3;

/** Topics of many subscribers, each drained by the product several times and by Spark once. */
export async function subscribers(context: BenchContext): Promise<SubscriberRun[]> {
  const { stack, peers, sizes, report } = context;
  const contestants = [
    ...Array.from({ length: PRODUCT_ROUNDS }, () => product),
    ...(peers.spark === undefined ? [] : [spark(peers.spark, 'combined')]),
  ];
  const runs: SubscriberRun[] = [];
  for (const workload of sizes.subscribers) {
    const loaded = await loadSubscribers(context, workload);
    for (const contestant of contestants) {
      const run = await drainOfSubscribers(stack, contestant, loaded);
      report(`${run.users} users, ${run.eventsPerWindow} events each per window: ${drainText(run)}`);
      runs.push(run);
    }
  }
  return runs;
}

/** @throws {NotProvenError} when what the contestant has left is not the truth. */
function drainOfSubscribers(
  stack: BenchStack,
  contestant: Contestant,
  loaded: SubscriberTopic,
): Promise<SubscriberRun> {
  const { topic, workload } = loaded;
  return inRunPlace(stack, async (at) => {
    await contestant.prepare(at, addSubscribers(workload));
    // Otherwise Postgres would write millions of users to disk while the drain is measured.
    await withDatabase(at.databaseUrl, (database) => database.raw('CHECKPOINT'));
    const drain = await measuredDrain(stack, contestant, { at, topic, workload: topicFacts(workload), workers: 1 });
    await verifySubscribers(at, loaded);
    if (contestant === product) await verifyUserHours(at, loaded);
    return { ...drain, eventsPerWindow: workload.eventsPerWindow, windows: workload.windows };
  });
}
