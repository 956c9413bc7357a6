import type * as z from 'zod';

/** What a setting may be: how its text becomes a value. */
export interface Kind<T> {
  /** Stands for the value in the help: in brackets when the flag alone, without a value, means `true`. */
  readonly placeholder: string;
  /** What is allowed, in words that read well after «allowed:». */
  readonly allowed: string;
  readonly schema: z.ZodType<T, string>;
  /** The text as it may be shown, where it can hold a secret. */
  readonly show?: (text: string) => string;
  /** What must never be logged. */
  readonly secretsIn?: (value: T) => readonly string[];
}
