import { ProductError } from '@antenna/cli';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gcsServer } from './gcs.ts';
import { kafkaServer } from './kafka/kafka.ts';
import type { LocalServer, ServerOptions } from './local-server.ts';
import { type Ports, type ServiceName, serviceNames } from './ports.ts';
import { postgresServer } from './postgres/postgres.ts';
import { removeOpenHome } from './postgres/postgres-account.ts';
import { type Report, reportToStderr } from './process/programs.ts';
import retry from 'p-retry';
import { withKafkaAdmin } from './kafka/kafka-admin.ts';

/** Several failures at once; the message has a line for each. */
class StackFailedError extends ProductError {
  readonly code = 'STACK_FAILED';
}

export interface StackOptions extends ServerOptions {
  readonly ports: Ports;
  /** All unless given. */
  readonly services?: readonly ServiceName[] | undefined;
  /** Whether Postgres survives a power cut (default). */
  readonly durable?: boolean | undefined;
  /** Of Postgres's superuser, of letters and digits; `postgres` unless given. */
  readonly databasePassword?: string | undefined;
}

/** Data, logs and process files of the stack that people use. */
export const defaultHome = join(import.meta.dirname, '..', '..', '..', '.local', 'stack');

export type Stack = Readonly<Record<ServiceName, LocalServer>>;

/** The servers of a home, running or not. */
export function stackAt({ home, ports, durable, databasePassword, report }: StackOptions): Stack {
  return {
    postgres: postgresServer({ home, port: ports.postgres, durable, password: databasePassword, report }),
    kafka: kafkaServer({ home, port: ports.kafka, controllerPort: ports.controller, report }),
    gcs: gcsServer({ home, port: ports.gcs, report }),
  };
}

/**
 * Starts the servers that do not run yet, and makes the topic `devices`.
 * @throws {StackFailedError} with each problem, when not all came up; those that did are left running.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { services = serviceNames, report = reportToStderr } = options;
  await mkdir(options.home, { recursive: true });
  const stack = stackAt(options);
  await all(services, (service) => stack[service].start());
  if (services.includes('kafka')) await ensureDevicesTopic(stack.kafka.address, report);
  return stack;
}

/** Ends all servers that run, and waits for them. */
export async function stopStack(stack: Stack, how: 'graceful' | 'immediate' = 'graceful'): Promise<void> {
  await all(serviceNames, (service) => stack[service].stop(how));
}

/** Deletes all that the servers of a home have kept. They must not be running. */
export async function deleteData(home: string): Promise<void> {
  await Promise.all([removeOpenHome(join(home, 'postgres')), rm(home, { recursive: true, force: true })]);
}

async function all(services: readonly ServiceName[], work: (service: ServiceName) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(services.map(work));
  const errors: unknown[] = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  const [first] = errors;
  if (errors.length === 1) throw first;
  if (errors.length > 1) throw new StackFailedError(errors.map((error) => `\n  ${String(error)}`).join(''));
}

const topic = 'devices';
const partitions = 4;

/** Makes the topic of the product's events unless it is there. */
async function ensureDevicesTopic(brokers: string, report: Report): Promise<void> {
  const isNew = await retry(
    () =>
      withKafkaAdmin(brokers, (admin) =>
        admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] }),
      ),
    { retries: 5, minTimeout: 200 },
  );
  if (isNew) report(`kafka: made the topic ${topic} with ${partitions} partitions`);
}
