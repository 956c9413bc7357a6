import { REJECTION_REASONS, UNDECODABLE_REASONS } from '@antenna/event-schema';
import type { DeadLetterFilter, OffsetSpan } from '@antenna/ingestion';
import { oneOf, optionalSetting, setting, settingsGroup, wholeNumber, yesOrNo } from '@antenna/cli';
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
  fromMs: optionalSetting({ name: 'since', description: 'only those stored at this time or later', type: instant }),
  toMs: optionalSetting({ name: 'until', description: 'only those stored before this time', type: instant }),
};

const most = setting({
  name: 'limit',
  description: 'how many at most',
  type: wholeNumber(1, 100_000),
  default: '100',
});

const asJson = setting({
  name: 'json',
  description: 'write JSON instead of text for people',
  type: yesOrNo,
  default: 'false',
});

/** Which dead letters are listed. */
export const listSettings = settingsGroup({
  title: 'Selection',
  fields: { ...filterFields, most, asJson },
  value: ({ asJson: json, ...filter }) => ({ filter, asJson: json }),
});

const spans = optionalSetting({
  name: 'records',
  description: 'these records, by partition and offset in the topic',
  type: offsetSpans,
});

/** Which records are shown. */
export const showSettings = settingsGroup({
  title: 'Selection',
  fields: { spans, most, asJson },
  rules: [
    {
      of: ['spans'],
      problem: ({ spans: given }) =>
        given === undefined ? '--records: missing; `dead-letters list` tells which there are' : undefined,
    },
  ],
  value: ({ spans: given = [], ...rest }) => ({ ...rest, spans: given }),
});

/** Records by name, or by a filter. */
export interface ReplaySelection {
  readonly spans: readonly OffsetSpan[] | undefined;
  readonly filter: DeadLetterFilter;
  readonly asJson: boolean;
}

/** Which records are sent again: those that are named, or those of a filter. Nothing is chosen by default. */
export const replaySettings = settingsGroup({
  title: 'Selection',
  fields: { spans, ...filterFields, most, asJson },
  rules: [
    {
      of: ['spans', 'reason', 'partition', 'fromMs', 'toMs'],
      problem: ({ spans: given, reason, partition, fromMs, toMs }) => {
        const isFiltered = [reason, partition, fromMs, toMs].some((field) => field !== undefined);
        if (given === undefined && !isFiltered)
          return '--records: missing; name records, or choose by --reason, --partition, --since or --until';
        return given !== undefined && isFiltered
          ? '--records: goes without --reason, --partition, --since and --until'
          : undefined;
      },
    },
  ],
  value: ({ spans: given, asJson: json, ...filter }): ReplaySelection => ({ spans: given, filter, asJson: json }),
});
