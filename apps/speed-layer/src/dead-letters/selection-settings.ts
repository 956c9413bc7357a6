import { REJECTION_REASONS, UNDECODABLE_REASONS } from '@antenna/event-schema';
import type { DeadLetterFilter, OffsetSpan } from '@antenna/ingestion';
import { oneOf, optionalSetting, setting, settingsGroup, type SettingType, wholeNumber } from '@antenna/cli';
import * as z from 'zod';
import { DateTime } from 'luxon';

/** An instant in milliseconds since 1970; a text without a UTC offset is read as UTC. */
const instant: SettingType<number> = {
  placeholder: '<time>',
  allowed: 'a date and a time as ISO 8601 has them, such as 2022-10-29T13:00',
  schema: z.string().transform((text, context) => {
    const time = DateTime.fromISO(text, { zone: 'utc' });
    if (time.isValid && time.toMillis() >= 0) return time.toMillis();
    context.addIssue('there is no such time');
    return z.NEVER;
  }),
};

const SPAN = /^(\d{1,9})\/(\d{1,15})(?:-(\d{1,15}))?$/;

/** Records by partition and offset: `3/4812`, `3/4900-5000` (both included), several separated by commas. */
export const offsetSpans: SettingType<readonly OffsetSpan[]> = {
  placeholder: '<partition/offset,...>',
  allowed: 'partition/offset or partition/first-last, separated by commas, such as 3/4812,3/4900-5000',
  schema: z.string().transform((text, context) => {
    const spans = text.split(',').map((item) => spanOf(item.trim()));
    if (spans.every((span) => span !== undefined)) return spans;
    context.addIssue('it has another form');
    return z.NEVER;
  }),
};

function spanOf(text: string): OffsetSpan | undefined {
  const [, partition, first, last = first] = SPAN.exec(text) ?? [];
  if (partition === undefined || Number(last) < Number(first)) return undefined;
  return { partition: Number(partition), firstOffset: Number(first), lastOffset: Number(last) };
}

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
