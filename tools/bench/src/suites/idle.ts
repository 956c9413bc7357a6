import { setTimeout as delay } from 'node:timers/promises';
import { productStreaming } from '../contestants/product.ts';
import { sparkStreaming } from '../contestants/spark.ts';
import { cpuSecondsOfTree } from '../measure/processes.ts';
import type { IdleRun } from '../report/results.ts';
import { withServerUsage } from '../stack/bench-stack.ts';
import { inStream } from './in-stream.ts';
import { type BenchContext, idleText } from './suite.ts';

/** Measures what a speed layer costs that has nothing to do. */
export async function idle(context: BenchContext): Promise<IdleRun[]> {
  const {
    stack,
    sizes,
    peers: { spark },
    report,
  } = context;
  const { settleSeconds, seconds, withSpark } = sizes.idle;
  const runs: IdleRun[] = [];
  for (const contestant of [
    productStreaming,
    ...(withSpark && spark !== undefined ? [sparkStreaming(spark, 'update')] : []),
  ]) {
    const run = await inStream(context, contestant, async ({ probes, pid }) => {
      await probes.stop();
      await delay(settleSeconds * 1000);
      const before = cpuSecondsOfTree(pid);
      const [, servers] = await withServerUsage(stack, () => delay(seconds * 1000));
      return {
        contestant: contestant.name,
        seconds,
        worker: (cpuSecondsOfTree(pid) - before) / seconds,
        postgres: servers.postgresCpuSeconds / seconds,
        broker: servers.brokerCpuSeconds / seconds,
      };
    });
    report(idleText(run));
    runs.push(run);
  }
  return runs;
}
