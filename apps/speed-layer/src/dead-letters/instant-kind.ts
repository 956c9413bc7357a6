import type { SettingType } from '@antenna/cli';
import { DateTime } from 'luxon';
import * as z from 'zod';

/** An instant in milliseconds since 1970; a text without a UTC offset is read as UTC. */
export const instant: SettingType<number> = {
  placeholder: '<time>',
  allowed: 'a date and a time as ISO 8601 has them, such as 2022-10-29T13:00',
  schema: z.string().transform((text, context) => {
    const time = DateTime.fromISO(text, { zone: 'utc' });
    if (time.isValid && time.toMillis() >= 0) return time.toMillis();
    context.addIssue('there is no such time');
    return z.NEVER;
  }),
};
