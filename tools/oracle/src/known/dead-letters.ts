import { compareRows, type KeyedRow } from '../compare-rows.ts';
import { type RecordPosition, recordsOfRanges } from '../records-of-ranges.ts';
import type { StoredDeadLetters } from '../proof.ts';
import type { DeadLetter } from '../stored/tables.ts';
import type { Findings } from './findings.ts';

/**
 * Compares dead letters by partition and offset, with their reasons: what is stored whole has to be right, and all others
 * have to be the records that the ranges of their reason count.
 */
export function checkDeadLetters(
  expected: readonly DeadLetter[],
  { deadLetters, deadLetterRanges }: StoredDeadLetters,
  findings: Findings,
): void {
  const isWhole = new Set(deadLetters.map(placeOf));
  const others = Map.groupBy(
    expected.filter((letter) => !isWhole.has(placeOf(letter))),
    ({ reason }) => reason,
  );
  const counted = [...Map.groupBy(deadLetterRanges, ({ reason }) => reason)].flatMap(([reason, ranges]) =>
    recordsOfRanges(ranges, others.get(reason) ?? []).map(({ partition, offset }) => ({ partition, offset, reason })),
  );
  const stored = [...deadLetters, ...counted];
  findings.addDifferences('dead letter', compareRows<string>(expected.map(keyed), stored.map(keyed)));
}

function keyed(letter: DeadLetter): KeyedRow<string> {
  return [placeOf(letter), letter.reason];
}

function placeOf({ partition, offset }: RecordPosition): string {
  return `${partition}/${offset}`;
}
