import { found } from './decoded.ts';
import { MAX_TEXT_LENGTH } from './limits.ts';

/** Whether a value is valid as `id`, `antenna_id` or `app`: Postgres can store and index it. */
export function isEventText(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    isShortEnough(value) &&
    value.isWellFormed() &&
    !value.includes('\u0000')
  );
}

/** Describes the rule that a text violates, without repeating the text. */
export function eventTextFault(field: string, value: unknown): string {
  return `${field}: expected 1 to ${MAX_TEXT_LENGTH} characters of well-formed Unicode without NUL, found ${fault(value)}`;
}

function fault(value: unknown): string {
  if (typeof value !== 'string') return found(value);
  if (value === '') return 'an empty string';
  if (!isShortEnough(value)) return 'a longer string';
  return value.isWellFormed() ? 'a string with NUL' : 'a string with a lone surrogate';
}

/** A code point takes one or two UTF-16 units, so that only lengths between one and two maxima need counting. */
function isShortEnough(text: string): boolean {
  if (text.length <= MAX_TEXT_LENGTH) return true;
  return text.length <= 2 * MAX_TEXT_LENGTH && Array.from(text).length <= MAX_TEXT_LENGTH;
}
