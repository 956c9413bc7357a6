import type { SettingType } from '@antenna/cli';
import { DateTime } from 'luxon';
import * as z from 'zod';

/** A calendar day in UTC; its value is its first instant in milliseconds since 1970. */
export const day = calendarType({ placeholder: '<yyyy-mm-dd>', format: 'yyyy-MM-dd', example: '2022-10-29' });

/** An hour in UTC; its value is its first instant in milliseconds since 1970. */
export const hourOfDay = calendarType({
  placeholder: '<yyyy-mm-ddThh>',
  format: "yyyy-MM-dd'T'HH",
  example: '2022-10-29T13',
});

interface CalendarForm {
  readonly placeholder: string;
  /** The format in luxon's notation. */
  readonly format: string;
  readonly example: string;
}

function calendarType({ placeholder, format, example }: CalendarForm): SettingType<number> {
  return {
    placeholder,
    allowed: `in UTC, from 1970 to 9999, such as ${example}`,
    schema: z.string().transform((text, context) => {
      // Without a locale luxon looks up the system's, which loads the tables of all locales.
      const time = DateTime.fromFormat(text, format, { zone: 'utc', locale: 'en-US' });
      // luxon accepts hour 24 and makes it hour 0 of the next day.
      const isNamed = time.isValid && time.toFormat(format) === text;
      if (isNamed && time.year >= 1970) return time.toMillis();
      context.addIssue(isNamed ? 'it is before 1970' : problemOf(time));
      return z.NEVER;
    }),
  };
}

function problemOf({ isValid, invalidReason }: DateTime): string {
  return isValid || invalidReason === 'unit out of range' ? 'the calendar has none' : 'it has another form';
}
