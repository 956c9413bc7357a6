import { REJECTION_REASONS, UNDECODABLE_REASONS } from '@antenna/event-schema';
import type { DeadLetterFilter, OffsetSpan } from '@antenna/ingestion';
import { oneOf, optionalSetting, setting, settingsGroup, wholeNumber } from '@antenna/cli';
import { instant } from './instant-kind.ts';
import { offsetSpans } from './offset-spans.ts';

const filterFields = {
  reason: optionalSetting({
    name: 'reason',
    description: 'only those of this reason',
    type: oneOf([...REJECTION_REASONS, ...UNDECODABLE_REASONS]),
  }),
  partition: optionalSetting({
    name: 'partition',
    description: 'only those of this partition',
    type: wholeNumber(0, 1_000_000),
  }),
  fromMs: optionalSetting({
    name: 'stored-since',
    description: 'only those stored at this time or later; not the time of their events',
    type: instant,
  }),
  toMs: optionalSetting({ name: 'stored-until', description: 'only those stored before this time', type: instant }),
};

const most = setting({
  name: 'limit',
  description: 'greatest number of dead letters',
  type: wholeNumber(1, 100_000),
  default: '100',
});

const output = setting({
  name: 'output',
  description: 'form of the output: text for people, or JSON',
  type: oneOf(['text', 'json']),
  default: 'text',
});

/** Selects the dead letters to list. */
export const listSettings = settingsGroup({
  title: 'Selection',
  fields: { ...filterFields, most },
  value: (filter): DeadLetterFilter => filter,
});

const spans = optionalSetting({
  name: 'records',
  description: 'these records, by partition and offset in the topic',
  type: offsetSpans,
});

/** Selects the records to show. */
export const showSettings = settingsGroup({
  title: 'Selection',
  fields: { spans, most, output },
  rules: [
    {
      of: ['spans'],
      problem: ({ spans: given }) =>
        given === undefined ? '--records: missing; `dead-letters list` lists the dead letters' : undefined,
    },
  ],
  value: ({ spans: given = [], output: form, ...rest }) => ({ ...rest, spans: given, asJson: form === 'json' }),
});

/** Records named by partition and offset, or selected by a filter. */
export interface ReplaySelection {
  readonly spans: readonly OffsetSpan[] | undefined;
  readonly filter: DeadLetterFilter;
  readonly asJson: boolean;
}

/**
 * Selects the records to send again: named ones, or those of a filter. There is no default, so that none is sent by
 * mistake.
 */
export const replaySettings = settingsGroup({
  title: 'Selection',
  fields: { spans, ...filterFields, most, output },
  rules: [
    {
      of: ['spans', 'reason', 'partition', 'fromMs', 'toMs'],
      problem: ({ spans: given, reason, partition, fromMs, toMs }) => {
        const isFiltered = [reason, partition, fromMs, toMs].some((field) => field !== undefined);
        if (given === undefined && !isFiltered)
          return '--records: missing; name records, or choose by --reason, --partition, --stored-since or --stored-until';
        return given !== undefined && isFiltered
          ? '--records: goes without --reason, --partition, --stored-since and --stored-until'
          : undefined;
      },
    },
  ],
  value: ({ spans: given, output: form, ...filter }): ReplaySelection => ({
    spans: given,
    filter,
    asJson: form === 'json',
  }),
});
