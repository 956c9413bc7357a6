import type { Spread } from '../measure/statistics.ts';

/** A table, to be shown on a console or in a document. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** In GitHub's Markdown, all columns but the first to the right. */
export function markdownTable({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** `1,234.50` */
export function numberText(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `median (min–max)`, or the one value that there is. */
export function spreadText({ median, min, max, count }: Spread, digits: number): string {
  const text = numberText(median, digits);
  return count === 1 ? text : `${text} (${numberText(min, digits)}–${numberText(max, digits)})`;
}

/** `5.3x`, and what was demanded. */
export function ratioText(ratio: number, target?: number): string {
  const text = `${numberText(ratio, ratio < 10 ? 2 : 1)}x`;
  if (target === undefined || target === 0) return text;
  return ratio >= target ? `${text} (≥ ${target}x, met)` : `${text} (≥ ${target}x, NOT met)`;
}
