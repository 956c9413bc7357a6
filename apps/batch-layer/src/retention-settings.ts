import { optionalSetting, settingsGroup, wholeNumber } from '@antenna/cli';
import type { RetentionPolicy } from '@antenna/hourly-batch';

/** A hundred years. */
const MOST_DAYS = 36_525;

/** How long rows are kept. The archive keeps every event. */
export const retentionSettings = settingsGroup({
  title: 'Retention',
  fields: {
    windows: optionalSetting({
      name: 'RETAIN_WINDOWS_DAYS',
      description:
        'months of bytes that are older, counted from the newest event, are removed for ever; later events of theirs are only archived',
      type: wholeNumber(1, MOST_DAYS),
    }),
    hours: optionalSetting({
      name: 'RETAIN_HOURS_DAYS',
      description:
        'months of bytes_hourly that are older, counted from the newest event, are removed for ever and not computed again',
      type: wholeNumber(1, MOST_DAYS),
    }),
  },
  value: (values): RetentionPolicy => values,
});
