import { setTimeout as delay } from 'node:timers/promises';
import { cpuSecondsOfTree } from '../measure/cpu-clock.ts';
import type { IdleRun } from '../results/runs.ts';
import { withServerUsage } from '../stack/server-usage.ts';
import type { BenchContext } from './bench-context.ts';
import { inStream } from './in-stream.ts';
import { idleText } from './run-text.ts';
import { productStreaming, sparkStreaming } from './streaming-contestant.ts';

/** Measures what a speed layer costs that has nothing to do. */
export async function idle(context: BenchContext): Promise<IdleRun[]> {
  const { stack, sizes, peer, report } = context;
  const { settleSeconds, seconds, withPeer } = sizes.idle;
  const runs: IdleRun[] = [];
  for (const contestant of [
    productStreaming,
    ...(withPeer && peer !== undefined ? [sparkStreaming(peer, 'update')] : []),
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
