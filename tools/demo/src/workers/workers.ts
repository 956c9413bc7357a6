import { place } from '../place.ts';
import { FROM, TO } from '../simulation.ts';
import type { WorkerCommand } from './worker-command.ts';

/** Where the workers find their services. */
export interface Services {
  readonly databaseUrl: string;
  readonly brokers: string;
}

type Workers = Readonly<Record<'provisioner' | 'speedLayer' | 'batchLayer', WorkerCommand>>;

/** The workers, as the demo runs them. */
export function workersFor({ databaseUrl, brokers }: Services): Workers {
  const settings = {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers,
    KAFKA_TOPIC: place.topic,
    KAFKA_GROUP_ID: place.groupId,
    ARCHIVE_URL: `file:${place.archive}`,
    LOG_FORMAT: 'pretty',
  };
  return {
    provisioner: { args: ['apps/provisioner/src/main.ts'], settings },
    speedLayer: { args: ['apps/speed-layer/src/main.ts', 'drain'], settings },
    batchLayer: { args: ['apps/batch-layer/src/main.ts', 'run', `--from=${FROM}`, `--to=${TO}`], settings },
  };
}
