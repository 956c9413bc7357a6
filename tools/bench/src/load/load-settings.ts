import { listOf, oneOf, optionalSetting, setting, settingsGroup, wholeNumber, yesOrNo } from '@antenna/cli';
import { COMPRESSIONS } from '../kafka/kafka-programs.ts';
import { PHASES } from './deployment-phases.ts';

const count = (name: string, description: string, byDefault: number) =>
  setting({ name, description, type: wholeNumber(1, 1_000_000_000), default: String(byDefault) });

const minutes = (byDefault: number) => count('minutes', 'how long to send', byDefault);
const partitions = count('partitions', 'of the topic', 12);
const users = count('users', 'distinct users', 10_000);
const rate = count('rate', 'events a second', 20_000);

export const limitSettings = settingsGroup({
  title: 'Limits',
  fields: { maxMiB: count('max-mib', 'resident memory that may never be passed, MiB', 1_024) },
  value: (values) => values,
});

export const diskSettings = settingsGroup({
  title: 'Disk',
  fields: { maxDiskMiB: count('max-disk-mib', 'disk space that may never be passed, MiB', 8_192) },
  value: (values) => values,
});

export const overloadSettings = settingsGroup({
  title: 'Overload',
  fields: {
    minutes: minutes(10),
    partitions,
    users,
    rate: optionalSetting({
      name: 'rate',
      description: 'events a second; as many as the producer can send unless given',
      type: wholeNumber(1, 10_000_000),
    }),
  },
  value: (values) => values,
});

export const drainSettings = settingsGroup({
  title: 'Drain',
  fields: {
    events: count('events', 'in a block', 1_000_000),
    blocks: count('blocks', 'how often the block is sent', 1),
    partitions,
    users: count('users', 'distinct users; 1 for a hot key', 1_000),
    windows: count('windows', 'windows of five minutes that the events are spread over', 12),
    compression: setting({
      name: 'compression',
      description: "of the topic's batches",
      type: oneOf(COMPRESSIONS),
      default: 'lz4',
    }),
    batchBytes: count('batch-bytes', 'batch size of the producer; a Java program that sets nothing has 16384', 131_072),
    memoryMiB: optionalSetting({
      name: 'memory-mib',
      description: 'memory limit of the worker, as of a container; needs the rights to make control groups',
      type: wholeNumber(64, 1_000_000),
    }),
  },
  value: (values) => values,
});

export const hourSettings = settingsGroup({
  title: 'Hour',
  fields: {
    events: count('events', 'archived in the hour', 50_000_000),
    users: count('users', 'distinct users', 1_000_000),
  },
  value: (values) => values,
});

export const quotaDelaySettings = settingsGroup({
  title: 'Quota delay',
  fields: {
    seconds: count('seconds', 'how long to measure, after ten seconds that are not measured', 60),
    partitions: count('partitions', 'of either topic', 4),
    users,
    rate,
    maxMs: count('max-ms', 'greatest 99th percentile, ms', 2_000),
  },
  value: (values) => values,
});

export const brokenClockSettings = settingsGroup({
  title: 'Broken clocks',
  fields: {
    minutes: minutes(5),
    partitions,
    users,
    rate,
    every: count('every', 'one event in so many has the time of a broken clock', 100),
    storeMs: count('store-ms', 'how long the store takes for a response, ms', 100),
    rollSeconds: count('roll-seconds', 'roll interval of the archive', 60),
  },
  value: (values) => values,
});

export const yearsSettings = settingsGroup({
  title: 'Years',
  fields: {
    days: count('days', 'that the old database holds', 730),
    youngDays: count('young-days', 'that the young database holds, the newest ones of the old', 31),
    users: count('users', 'active users', 50),
    rounds: count('rounds', 'how often each statement is measured', 3),
    keptDays: count('kept-days', 'age of the windows that are removed at the end', 90),
  },
  value: (values) => values,
});

export const partsSettings = settingsGroup({
  title: 'Parts',
  fields: {
    events: count('events', 'of the topic', 5_000_000),
    users: count('users', 'distinct users', 20_000),
    rounds: count('rounds', 'how often each part is measured', 3),
  },
  value: (values) => values,
});

export const deploymentSettings = settingsGroup({
  title: 'Deployments',
  fields: {
    phases: setting({
      name: 'phases',
      description: 'what is measured, one after the other',
      type: listOf(PHASES),
      default: PHASES.join(','),
    }),
    warmUpSeconds: count('warm-up-seconds', 'how long the workers serve before the first phase', 150),
    isBuilt: setting({
      name: 'built',
      description: 'take the bundles as they were built last',
      type: yesOrNo,
      default: 'false',
    }),
    settleSeconds: count('settle-seconds', 'how long a phase lasts after its last change; peace twice as long', 20),
    partitions,
    users,
    rate,
  },
  value: (values) => values,
});
