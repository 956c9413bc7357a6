import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteData, freePorts, reportToStderr, stackAt, startStack, stopStack } from '@antenna/local-stack';
import { migrate, seedUsers, openDatabase } from '@antenna/usage-store';
import kafkajs from 'kafkajs';
import type { Environment } from './program.ts';

/** Services and an archive for one measurement. */
export interface Place {
  readonly databaseUrl: string;
  readonly brokers: string;
  readonly topic: string;
  readonly archiveFolder: string;
}

/** Runs the work with a Postgres server and a Kafka broker of its own, which are ended and deleted afterwards. */
export async function withPlace<T>(work: (place: Place) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'antenna-load-'));
  // Postgres may have to run as somebody else.
  await chmod(home, 0o755);
  const ports = await freePorts();
  const options = { home, ports, services: ['postgres', 'kafka'], report: reportToStderr } as const;
  const clear = async (): Promise<void> => {
    await stopStack(stackAt(options), 'immediate');
    await deleteData(home);
    await rm(home, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void clear().then(() => process.exit(1)));
  try {
    const stack = await startStack(options);
    const databaseUrl = stack.postgres.address;
    await migrate({ url: databaseUrl });
    const database = openDatabase({ url: databaseUrl }, { applicationName: 'load' });
    await seedUsers(database).finally(() => database.destroy());
    return await work({
      databaseUrl,
      brokers: stack.kafka.address,
      topic: 'load',
      archiveFolder: join(home, 'archive'),
    });
  } finally {
    await clear();
  }
}

/** What the workers of a place are told. */
export function settingsOf({ databaseUrl, brokers, topic, archiveFolder }: Place): Environment {
  return {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers,
    KAFKA_TOPIC: topic,
    KAFKA_GROUP_ID: topic,
    ARCHIVE_URL: `file:${archiveFolder}`,
  };
}

export async function createTopic({ brokers, topic }: Place, partitions: number): Promise<void> {
  const client = new kafkajs.Kafka({
    clientId: 'load',
    brokers: brokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = client.admin();
  await admin.connect();
  try {
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] });
  } finally {
    await admin.disconnect();
  }
}
