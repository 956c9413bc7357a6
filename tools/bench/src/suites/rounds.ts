import type { Contestant, Drainer } from '../contestants/contestant.ts';
import { flink } from '../contestants/flink.ts';
import { product } from '../contestants/product.ts';
import { spark } from '../contestants/spark.ts';
import { runMeasured } from '../measure/run-measured.ts';
import type { BatchRun, DrainRun, Findings, TransportRun } from '../report/results.ts';
import { withServerUsage } from '../stack/bench-stack.ts';
import { type LoadedTopic, loadTopic } from '../workload/load-topic.ts';
import { drainRound } from './drain-round.ts';
import { type BenchContext, drainText } from './suite.ts';

type Rounds = NonNullable<Findings['rounds']>;

/**
 * Lets each contestant drain the same topic in turn, so that a temporary slowdown of the machine slows all of them, and
 * lets those with a batch layer compute an hour of their archive. The product drains quickly, so a round has several
 * drains of the product: one before each drain of Spark, and one before the two drains of Flink.
 */
export async function rounds(context: BenchContext): Promise<Rounds> {
  const { stack, kafka, sizes, report } = context;
  const loaded = await loadTopic(kafka, sizes.workload, report);
  const found = { transport: [] as TransportRun[], drains: [] as DrainRun[], batches: [] as BatchRun[] };
  const entries = entriesOf(context);
  for (let round = 0; round < Math.max(...entries.map((entry) => entry.rounds)); round++) {
    found.transport.push(await transport(context, loaded));
    for (const { drainer, hour } of entries.filter((it) => round < it.rounds)) {
      const isHourDue = hour !== undefined && round < hour.rounds;
      const { drain, batch } = await drainRound(stack, drainer, loaded, isHourDue ? { thenHour: hour.contestant } : {});
      report(`round ${round + 1}: ${drainText(drain, batch)}`);
      found.drains.push(drain);
      if (batch !== undefined) found.batches.push(batch);
    }
  }
  return found;
}

/** A drain that belongs to each round, as long as there are rounds of it. */
interface Entry {
  readonly drainer: Drainer;
  readonly rounds: number;
  readonly hour?: { readonly contestant: Contestant; readonly rounds: number };
}

function entriesOf({ peers, sizes: { rounds: counts } }: BenchContext): readonly Entry[] {
  const withHour = (contestant: Contestant, drains: number, hours = drains): Entry => ({
    drainer: contestant,
    rounds: drains,
    hour: { contestant, rounds: hours },
  });
  return [
    withHour(product, counts.product),
    ...(peers.flink === undefined
      ? []
      : [
          { drainer: flink(peers.flink, 'stream'), rounds: counts.flinkStream },
          { drainer: flink(peers.flink, 'sql'), rounds: counts.flinkSql },
        ]),
    ...(peers.spark === undefined
      ? []
      : [
          { drainer: product, rounds: counts.combined },
          { drainer: spark(peers.spark, 'combined'), rounds: counts.combined },
          withHour(product, counts.separate),
          withHour(spark(peers.spark, 'separate'), counts.separate, counts.sparkBatch),
        ]),
  ];
}

/** It also warms the broker, whose first reader after a start pays for its compiler. */
async function transport({ stack, consumer }: BenchContext, { topic, workload }: LoadedTopic): Promise<TransportRun> {
  const records = workload.events + workload.partitions;
  const command = consumer.read(stack.brokers, topic, records);
  const [{ outputs, usage }, { brokerCpuSeconds }] = await withServerUsage(stack, () => runMeasured([command]));
  return { records, seconds: consumer.seconds(outputs.join('\n')), cpuSeconds: usage.cpuSeconds, brokerCpuSeconds };
}
