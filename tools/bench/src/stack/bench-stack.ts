import { join } from 'node:path';
import { rememberedOrDefault, type Report, type ServiceName, type Stack, stackAt, up } from '@antenna/local-stack';
import { checkout, rowsOf } from '@antenna/test-kit';
import { cpuSecondsOfTree, NotMeasurableError } from '../measure/processes.ts';

const home = join(checkout, '.local', 'bench');

/** The data of the benchmark, which it may delete; no other program uses it. */
export const place = {
  home,
  /** Servers of its own: the peer's tables are dropped, and Postgres tracks commit timestamps. */
  stack: join(home, 'stack'),
  peer: join(home, 'peer'),
  truths: join(home, 'truths'),
  hours: join(home, 'hours'),
  runs: join(home, 'runs'),
  results: join(home, 'results.json'),
  /** Of small sizes: nothing to go by. */
  quickResults: join(home, 'quick-results.json'),
} as const;

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
  await up({ home: place.stack, ports: 'free', services, report });
  const stack = await current(report);
  await resetSettings(stack);
  return {
    postgresUrl: stack.postgres.address,
    brokers: stack.kafka.address,
    pids: { postgres: await pidOf(stack, 'postgres'), broker: await pidOf(stack, 'kafka') },
    async stop() {
      await Promise.all(services.map((service) => stack[service].stop('graceful')));
    },
  };
}

/** Runs `work` beside the benchmark's Postgres alone. @param work gets the URL of a database of the server. */
export async function withBenchPostgres(report: Report, work: (serverUrl: string) => Promise<void>): Promise<void> {
  await up({ home: place.stack, ports: 'free', services: ['postgres'], report });
  const { postgres } = await current(report);
  try {
    await work(postgres.address);
  } finally {
    await postgres.stop('graceful');
  }
}

async function current(report: Report): Promise<Stack> {
  return stackAt({ home: place.stack, ports: (await rememberedOrDefault(place.stack)).ports, report });
}

/**
 * Removes all settings of Postgres that the benchmark does not need. The server is kept between runs: an experiment once left
 * `auto_explain` on in it, and half a day of runs was measured with that.
 */
async function resetSettings({ postgres }: Stack): Promise<void> {
  const changed = await rowsOf<{ setting: string }>(postgres.address, CHANGED_SETTINGS);
  if (changed.length === 1 && changed[0]?.setting === KEEP_COMMIT_TIMES) return;
  await rowsOf(postgres.address, 'ALTER SYSTEM RESET ALL');
  await rowsOf(postgres.address, `ALTER SYSTEM SET ${KEEP_COMMIT_TIMES}`);
  await postgres.stop('graceful');
  await postgres.start();
}

/** Makes Postgres record when each row was committed, in microseconds: how fresh rows are is known without polling for them. */
const KEEP_COMMIT_TIMES = 'track_commit_timestamp = on';

/** What ALTER SYSTEM has set, and is in force. */
const CHANGED_SETTINGS = `
  SELECT name || ' = ' || setting AS setting FROM pg_file_settings
  WHERE sourcefile LIKE '%/postgresql.auto.conf' AND applied`;

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
