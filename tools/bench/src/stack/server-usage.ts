import { cpuSecondsOfTree } from '../measure/cpu-clock.ts';
import type { BenchStack } from './bench-stack.ts';

/** CPU seconds of the servers. */
export interface ServerUsage {
  readonly postgresCpuSeconds: number;
  readonly brokerCpuSeconds: number;
}

/** Runs `work`; tells what the servers used meanwhile. */
export async function withServerUsage<T>({ pids }: BenchStack, work: () => Promise<T>): Promise<[T, ServerUsage]> {
  const [postgres, broker] = [cpuSecondsOfTree(pids.postgres), cpuSecondsOfTree(pids.broker)];
  const result = await work();
  return [
    result,
    {
      postgresCpuSeconds: cpuSecondsOfTree(pids.postgres) - postgres,
      brokerCpuSeconds: cpuSecondsOfTree(pids.broker) - broker,
    },
  ];
}
