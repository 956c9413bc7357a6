import { optionalSetting, setting, settingsGroup, wholeNumber } from '@antenna/cli';
import { outputFile } from './kinds.ts';

export interface SendingOptions {
  /** Partitions of the topic where it is missing. */
  readonly partitions: number;
  /** Records per second. */
  readonly rate: number | undefined;
  readonly truthFile: string | undefined;
}

export const sendingSettings = settingsGroup({
  title: 'Sending',
  fields: {
    partitions: setting({
      name: 'partitions',
      description: 'partitions of the topic where it is missing',
      type: wholeNumber(1, 10_000),
      default: '4',
    }),
    rate: optionalSetting({
      name: 'rate',
      description: 'records per second; without it, as fast as possible',
      type: wholeNumber(1, 10_000_000),
    }),
    truthFile: optionalSetting({
      name: 'truth',
      description: 'file for the totals that the sent events have to give',
      type: outputFile,
    }),
  },
  value: (values): SendingOptions => values,
});
