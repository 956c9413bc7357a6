import type { SettingType } from '@antenna/cli';
import { DateTime } from 'luxon';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

/** `2022-10-29T13`, read as UTC, or any other ISO-8601 date; milliseconds since 1970. */
export const instant: SettingType<number> = {
  placeholder: '<time>',
  allowed: 'an ISO-8601 date or hour of 1970 or later, UTC unless it says otherwise, as 2022-10-29T13',
  schema: z
    .string()
    .transform((text) => (/^\d{4}-/.test(text) ? DateTime.fromISO(text, { zone: 'utc' }).toMillis() : NaN))
    .refine((timeMs) => timeMs >= 0, { error: '' }),
};

/** From 0 to 1, both allowed. */
export const share: SettingType<number> = {
  placeholder: '<share>',
  allowed: 'a number from 0 to 1, as 0.01',
  schema: z
    .string()
    .regex(/^\d*\.?\d+$/, { error: '' })
    .transform(Number)
    .refine((value) => value <= 1, { error: '' }),
};

/** Words separated by commas. */
export const words: SettingType<readonly [string, ...string[]]> = {
  placeholder: '<list>',
  allowed: 'one or more texts of up to 256 characters, separated by commas',
  schema: z
    .string()
    .transform((text) => text.split(',').map((word) => word.trim()))
    .pipe(z.tuple([word()], word())),
};

/** A file to write, in a folder that exists. */
export const outputFile: SettingType<string> = {
  placeholder: '<file>',
  allowed: 'a file in a folder that exists',
  schema: z.string().refine((path) => path !== '' && existsSync(dirname(path)), { error: '' }),
};

function word() {
  return z.string().min(1, { error: 'one is empty' }).max(256, { error: 'one is too long' });
}
