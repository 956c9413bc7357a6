import { setting } from '../setting.ts';
import { settingsGroup } from '../settings-group.ts';
import { listOf, wholeNumber } from '../setting-types.ts';

const hourMs = 3_600_000;
const sinkOrder = ['totals', 'archive'] as const;

/** Workers store it in Postgres; the batch layer waits this long before an hour is final. */
const allowedLatenessMs = setting({
  name: 'ALLOWED_LATENESS_MS',
  description: 'how long after its end an hour may still become final',
  type: wholeNumber(0, 7 * 24 * hourMs),
  default: '60000',
});

export const finalitySettings = settingsGroup({
  title: 'Finality',
  fields: { allowedLatenessMs },
  value: (values) => values,
});

export const ingestionSettings = settingsGroup({
  title: 'Ingestion',
  fields: {
    sinks: setting({
      name: 'SINKS',
      description: 'outputs to write; only the totals keep the dead letters, so they are always among them',
      type: listOf(['totals', 'archive']),
      default: 'totals,archive',
    }),
    flushIntervalMs: setting({
      name: 'FLUSH_INTERVAL_MS',
      description:
        'how long the oldest unsaved event may wait for a commit; twice as long while the worker is behind, 120 times (a minute at most) while it reads a window of many users',
      type: wholeNumber(1, hourMs),
      default: '500',
    }),
    flushMaxEvents: setting({
      name: 'FLUSH_MAX_EVENTS',
      description: 'unsaved events at which a commit starts at once',
      type: wholeNumber(1, 10_000_000),
      default: '1000000',
    }),
    deadLettersWhole: setting({
      name: 'DEAD_LETTERS_WHOLE',
      description:
        'dead letters of a partition that are stored whole at once, and again within an hour; more are stored as ranges',
      type: wholeNumber(0, 1_000_000),
      default: '1000',
    }),
    archiveRollRows: setting({
      name: 'ARCHIVE_ROLL_ROWS',
      description: 'rows held in memory at which the largest chunk is written',
      type: wholeNumber(1, 20_000_000),
      default: '1000000',
    }),
    archiveRollIntervalMs: setting({
      name: 'ARCHIVE_ROLL_INTERVAL_MS',
      description: 'how long the oldest row of a chunk may wait for its file',
      type: wholeNumber(1, 24 * hourMs),
      default: '300000',
    }),
    allowedLatenessMs,
  },
  rules: [
    {
      of: ['sinks'],
      problem: ({ sinks }) =>
        sinks.includes('totals')
          ? undefined
          : `SINKS: given "${sinks.join(',')}" (only the totals keep the dead letters); allowed: totals,archive or totals`,
    },
  ],
  value: ({ sinks, ...limits }) => ({ ...limits, sinks: sinkOrder.filter((sink) => sinks.includes(sink)) }),
});
