import { ingestionSettings, logSettings, setting, settingsGroup, wholeNumber } from '@antenna/cli';
import { archiveSettings } from '@antenna/event-archive';
import { databaseSettings } from '@antenna/usage-store';
import { workerKafkaSettings } from '@antenna/event-source';

const membershipSettings = settingsGroup({
  title: 'Membership',
  fields: {
    sessionTimeoutMs: setting({
      name: 'KAFKA_SESSION_TIMEOUT_MS',
      description: 'how long the group waits for a silent worker before it gives its partitions to others',
      type: wholeNumber(1_000, 600_000),
      default: '30000',
    }),
  },
  value: (values) => values,
});

/** The settings that all commands that ingest share. */
export const workerSettings = {
  database: databaseSettings,
  kafka: workerKafkaSettings,
  archive: archiveSettings,
  membership: membershipSettings,
  ingestion: ingestionSettings,
  log: logSettings,
};

type Value<Group> = Group extends { read(lookup: never): infer Reading }
  ? Extract<Reading, { readonly ok: true }> extends { readonly value: infer T }
    ? T
    : never
  : never;

export type WorkerSettings = { readonly [Key in keyof typeof workerSettings]: Value<(typeof workerSettings)[Key]> };
