import type { RejectionReason } from '@antenna/event-schema';
import type { DeadLetterRange } from '@antenna/ingestion';
import { require, requireRows } from './violation.ts';

/**
 * Dead letters stored whole are listed one by one, all others as one range for each partition and reason.
 * @throws {Violation} unless these are the dead letters that are expected, each once.
 */
export function requireDeadLetters(
  expected: ReadonlyMap<string, RejectionReason>,
  whole: readonly (readonly [string, RejectionReason])[],
  ranges: readonly DeadLetterRange[],
): void {
  if (expected.size === 0 && whole.length === 0 && ranges.length === 0) return;
  for (const [key, reason] of whole) require(`dead letters: ${key}`, reason, expected.get(key));
  const isWhole = new Set(whole.map(([key]) => key));
  require('dead letters: rows', whole.length, isWhole.size);
  const others = Map.groupBy(
    [...expected].filter(([key]) => !isWhole.has(key)),
    ([key, reason]) => `${key.split('/')[0] ?? ''} ${reason}`,
  );
  const rows = ranges.map(({ partition, reason, firstOffset, lastOffset, records }) => {
    return [`${partition} ${reason}`, `${firstOffset} to ${lastOffset}: ${records}`] as const;
  });
  require('ranges of dead letters: rows', rows.length, new Set(rows.map(([key]) => key)).size);
  requireRows(
    'ranges of dead letters',
    new Map([...others].map(([key, letters]) => [key, rangeText(letters.map(([at]) => Number(at.split('/')[1])))])),
    rows,
  );
}

function rangeText(offsets: readonly number[]): string {
  return `${Math.min(...offsets)} to ${Math.max(...offsets)}: ${offsets.length}`;
}
