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
        'days after which months of bytes are removed, for ever; older events are archived and only counted in a ledger',
      type: wholeNumber(1, MOST_DAYS),
    }),
    hours: optionalSetting({
      name: 'RETAIN_HOURS_DAYS',
      description: 'days after which months of bytes_hourly are removed, for ever; older hours are not computed again',
      type: wholeNumber(1, MOST_DAYS),
    }),
  },
  value: (values): RetentionPolicy => values,
});
