import { rememberedOrDefault, type Report, type ServiceName, type Stack, stackAt, up } from '@antenna/local-stack';
import { openDatabase } from '@antenna/usage-store';
import { cpuSecondsOfTree, NotMeasurableError } from '../measure/processes.ts';
import { place } from './run-place.ts';

const home = place.stack;
const services: readonly ServiceName[] = ['postgres', 'kafka'];

/** Servers for the benchmark alone, on free ports. */
export interface BenchStack {
  readonly postgresUrl: string;
  readonly brokers: string;
  /** The servers' main processes. */
  readonly pids: { readonly postgres: number; readonly broker: number };
  stop(): Promise<void>;
}

/** Starts them where they do not run. */
export async function startBenchStack(report: Report): Promise<BenchStack> {
  await up({ home, ports: 'free', services, report });
  const stack = await current(report);
  await keepCommitTimes(stack);
  return {
    postgresUrl: stack.postgres.address,
    brokers: stack.kafka.address,
    pids: { postgres: await pidOf(stack, 'postgres'), broker: await pidOf(stack, 'kafka') },
    async stop() {
      await Promise.all(services.map((service) => stack[service].stop('graceful')));
    },
  };
}

async function current(report: Report): Promise<Stack> {
  return stackAt({ home, ports: (await rememberedOrDefault(home)).ports, report });
}

/** Postgres then records the commit time of each row in microseconds, so that no poller is needed. */
async function keepCommitTimes({ postgres }: Stack): Promise<void> {
  const database = openDatabase({ url: postgres.address }, { applicationName: 'bench', poolMax: 1 });
  try {
    const shown = await database.raw<{ rows: { track_commit_timestamp: string }[] }>('SHOW track_commit_timestamp');
    if (shown.rows[0]?.track_commit_timestamp === 'on') return;
    await database.raw('ALTER SYSTEM SET track_commit_timestamp = on');
  } finally {
    await database.destroy();
  }
  await postgres.stop('graceful');
  await postgres.start();
}

async function pidOf(stack: Stack, service: ServiceName): Promise<number> {
  const pid = await stack[service].pid();
  if (pid === undefined) throw new NotMeasurableError(`${service} does not run; see ${stack[service].logFile}`);
  return pid;
}

/** CPU seconds of the servers. */
export interface ServerUsage {
  readonly postgresCpuSeconds: number;
  readonly brokerCpuSeconds: number;
}

/** Runs `work` and measures the resources that the servers used meanwhile. */
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
