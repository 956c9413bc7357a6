import { product } from '../contestants/product.ts';
import { spark } from '../contestants/spark.ts';
import type { BatchRun, DrainRun } from '../report/results.ts';
import { loadTopic } from '../workload/load-topic.ts';
import type { Workload } from '../workload/workload.ts';
import { batchOfHour } from './batch-of-hour.ts';
import { type DrainOptions, drainRound } from './drain-round.ts';
import { type BenchContext, drainText } from './suite.ts';

const PRODUCT_ROUNDS = 3;

/** Of a core, a worker with a limit: four of them leave half of two cores to Postgres and broker. */
const LIMIT = 0.25;

/** What grows is varied; all else stays. */
const usual: Workload = { events: 2_000_000, users: 20_000, partitions: 4, hours: 3 };

/** 1 to 16 partitions. */
export function partitions(context: BenchContext): Promise<DrainRun[]> {
  return drains(
    context,
    [1, 2, 4, 8, 16].map((count) => ({ ...usual, partitions: count })),
  );
}

/** A thousand to a million users. */
export function users(context: BenchContext): Promise<DrainRun[]> {
  return drains(
    context,
    [1_000, 10_000, 100_000, 1_000_000].map((count) => ({ ...usual, users: count })),
  );
}

/** 1 to 4 workers of one group, which share the machine; the peer has no such thing on one machine. */
export function workers(context: BenchContext): Promise<DrainRun[]> {
  return drainsOfWorkers(context, {});
}

/** The same, each held to a part of a core, as pods with a CPU limit are: then there is CPU left for more of them. */
export function limitedWorkers(context: BenchContext): Promise<DrainRun[]> {
  return drainsOfWorkers(context, { cpuShare: LIMIT });
}

async function drainsOfWorkers(context: BenchContext, limit: Pick<DrainOptions, 'cpuShare'>): Promise<DrainRun[]> {
  const loaded = await loadTopic(context.kafka, usual, context.report);
  const runs: DrainRun[] = [];
  for (const count of [1, 2, 3, 4].flatMap((it) => Array.from({ length: PRODUCT_ROUNDS }, () => it))) {
    const { drain } = await drainRound(context.stack, product, loaded, { ...limit, workers: count });
    context.report(`${count} workers: ${drainText(drain)}`);
    runs.push(drain);
  }
  return runs;
}

/** 1 to 50 million events an hour. */
export async function hourEvents(context: BenchContext): Promise<BatchRun[]> {
  const runs: BatchRun[] = [];
  for (const events of [1_000_000, 5_000_000, 20_000_000, 50_000_000]) {
    const facts = { events, users: 20_000, files: 40 };
    runs.push(...(await batchOfHour(context, facts, { product: PRODUCT_ROUNDS, spark: 1 })));
  }
  return runs;
}

/** 1 to 1,000 files an hour. */
export async function hourFiles(context: BenchContext): Promise<BatchRun[]> {
  const runs: BatchRun[] = [];
  for (const files of [1, 10, 100, 1_000]) {
    const facts = { events: 2_000_000, users: 20_000, files };
    runs.push(...(await batchOfHour(context, facts, { product: PRODUCT_ROUNDS, spark: 1 })));
  }
  return runs;
}

async function drains(context: BenchContext, workloads: readonly Workload[]): Promise<DrainRun[]> {
  const { stack, kafka, peers, report } = context;
  const runs: DrainRun[] = [];
  const contestants = [
    ...Array.from({ length: PRODUCT_ROUNDS }, () => product),
    ...(peers.spark === undefined ? [] : [spark(peers.spark, 'combined')]),
  ];
  for (const workload of workloads) {
    const loaded = await loadTopic(kafka, workload, report);
    for (const contestant of contestants) {
      const { drain } = await drainRound(stack, contestant, loaded);
      report(`${workload.partitions} partitions, ${workload.users} users: ${drainText(drain)}`);
      runs.push(drain);
    }
  }
  return runs;
}
