import * as z from 'zod';
import type { SettingType } from './setting.ts';

/** Any text except the empty one. */
export function anyText(placeholder: string): SettingType<string> {
  return { placeholder: `<${placeholder}>`, allowed: 'any text', schema: z.string().min(1, { error: 'it is empty' }) };
}

/** Text that matches a pattern, which `allowed` describes. */
export function textLike(placeholder: string, allowed: string, pattern: RegExp): SettingType<string> {
  return { placeholder: `<${placeholder}>`, allowed, schema: z.string().regex(pattern, { error: '' }) };
}

/** An integer from `min` to `max`, both included. */
export function wholeNumber(min: number, max: number): SettingType<number> {
  const schema = z
    .string()
    .regex(/^\d{1,15}$/, { error: '' })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: '' });
  return { placeholder: '<number>', allowed: `a whole number from ${min} to ${max}`, schema };
}

/** One of a few fixed words. */
export function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]): SettingType<Word> {
  return {
    placeholder: `<${words.join('|')}>`,
    allowed: words.join(', '),
    schema: z.string().pipe(z.enum(words, { error: '' })),
  };
}

/** `true` or `false`; the flag alone means `true`. */
export const yesOrNo: SettingType<boolean> = {
  placeholder: '[true|false]',
  allowed: 'true, false',
  schema: z
    .string()
    .pipe(z.enum(['true', 'false'], { error: '' }))
    .transform((word) => word === 'true'),
};

/** One or more of the words, separated by commas, each at most once. Spaces around the words are ignored. */
export function listOf<const Word extends string>(words: readonly [Word, ...Word[]]): SettingType<readonly Word[]> {
  const list = z
    .array(z.enum(words, { error: (issue) => `${JSON.stringify(issue.input)} is unknown` }))
    .refine((items) => new Set(items).size === items.length, { error: 'one is named twice' });
  return {
    placeholder: '<list>',
    allowed: `one or more of ${words.join(', ')}, separated by commas`,
    schema: z.string().transform(splitList).pipe(list),
  };
}

export function splitList(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}
