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
 * Drains the same topic by each contestant in turn (A B A C, A B A C …), so that a temporary slowdown of the machine
 * slows all; and computes an hour of what each archived. The product's drains are short: it has one beside each of Spark's.
 */
export async function rounds(context: BenchContext): Promise<Rounds> {
  const { stack, kafka, sizes, peer, report } = context;
  const loaded = await loadTopic(kafka, sizes.workload, report);
  const found = { transport: [] as TransportRun[], drains: [] as DrainRun[], batches: [] as BatchRun[] };
  const entries = [
    { contestant: product, rounds: sizes.rounds.product, batches: sizes.rounds.product },
    ...(peer === undefined
      ? []
      : [
          { contestant: spark(peer, 'combined'), rounds: sizes.rounds.combined, batches: 0 },
          { contestant: product, rounds: sizes.rounds.separate, batches: sizes.rounds.separate },
          { contestant: spark(peer, 'separate'), rounds: sizes.rounds.separate, batches: sizes.rounds.peerBatch },
        ]),
  ];
  for (let round = 0; round < Math.max(...entries.map((entry) => entry.rounds)); round++) {
    found.transport.push(await transport(context, loaded));
    for (const entry of entries.filter((it) => round < it.rounds)) {
      const { drain, batch } = await drainRound(stack, entry.contestant, loaded, { withBatch: round < entry.batches });
      report(`round ${round + 1}: ${drainText(drain, batch)}`);
      found.drains.push(drain);
      if (batch !== undefined) found.batches.push(batch);
    }
  }
  return found;
}

/** It also warms the broker, whose first reader after a start pays for its compiler. */
async function transport({ stack, consumer }: BenchContext, { topic, workload }: LoadedTopic): Promise<TransportRun> {
  const records = workload.events + workload.partitions;
  const command = consumer.read(stack.brokers, topic, records);
  const [{ outputs, usage }, { brokerCpuSeconds }] = await withServerUsage(stack, () => runMeasured([command]));
  return { records, seconds: consumer.seconds(outputs.join('\n')), cpuSeconds: usage.cpuSeconds, brokerCpuSeconds };
}
