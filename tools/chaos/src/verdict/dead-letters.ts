import { compareRows, type KeyedRow } from '@antenna/truth';
import type { KnownRecords } from '../feed/known-records.ts';
import type { Database } from '../system/database.ts';
import type { Findings } from './findings.ts';
import type { Gaps } from './gaps.ts';
import { note } from './tables.ts';

/** Dead letters of a flood, which are not stored whole. */
export interface DeadLetterRange {
  readonly partition: number;
  readonly reason: string;
  readonly first: number;
  readonly last: number;
  readonly records: number;
}

interface Place {
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
}

/**
 * Every record that is no event, by partition and offset, with its reason: as a row of its own, or counted in a range.
 * @returns how many there should be.
 */
export async function checkDeadLetters(
  database: Database,
  known: KnownRecords,
  gaps: Gaps,
  findings: Findings,
): Promise<number> {
  const rows = await database.query<{ partition: number; offset: string; reason: string }>(
    'SELECT partition, "offset", reason FROM pipeline.dead_letter',
  );
  const ranges = await database.query<{
    partition: number;
    reason: string;
    first: string;
    last: string;
    records: string;
  }>('SELECT partition, reason, first_offset AS first, last_offset AS last, records FROM pipeline.dead_letter_range');
  const expected = expectedLetters(known, gaps);
  compareDeadLetters(
    expected,
    {
      whole: rows.map((row) => ({ ...row, offset: Number(row.offset) })),
      ranges: ranges.map((row) => ({
        ...row,
        first: Number(row.first),
        last: Number(row.last),
        records: Number(row.records),
      })),
    },
    findings,
  );
  return expected.length;
}

/** Those stored whole have to be right; all others have to lie in ranges that count exactly as many. */
export function compareDeadLetters(
  expected: readonly Place[],
  stored: { readonly whole: readonly Place[]; readonly ranges: readonly DeadLetterRange[] },
  findings: Findings,
): void {
  const whole = new Set(stored.whole.map(({ partition, offset }) => `${partition}/${offset}`));
  const isCounted = (letter: Place): boolean =>
    !whole.has(`${letter.partition}/${letter.offset}`) && stored.ranges.some((range) => holds(range, letter));
  const counted = expected.filter(isCounted);
  const ownRows = expected.filter((letter) => !isCounted(letter));
  note('dead letter', compareRows<string>(ownRows.map(keyed), stored.whole.map(keyed)), findings);
  note('count of dead letters', compareRows<number>(counts(counted), sums(stored.ranges)), findings);
}

function holds({ partition, reason, first, last }: DeadLetterRange, letter: Place): boolean {
  return partition === letter.partition && reason === letter.reason && first <= letter.offset && letter.offset <= last;
}

function keyed({ partition, offset, reason }: Place): KeyedRow<string> {
  return [`${partition}/${offset}`, reason];
}

function counts(letters: readonly Place[]): Iterable<KeyedRow<number>> {
  const groups = Map.groupBy(letters, ({ partition, reason }) => `${partition} ${reason}`);
  return Array.from(groups, ([key, group]) => [key, group.length]);
}

function sums(ranges: readonly DeadLetterRange[]): Iterable<KeyedRow<number>> {
  const groups = Map.groupBy(ranges, ({ partition, reason }) => `${partition} ${reason}`);
  return Array.from(groups, ([key, group]) => [key, group.reduce((sum, { records }) => sum + records, 0)]);
}

function expectedLetters(known: KnownRecords, gaps: Gaps): readonly Place[] {
  const letters: Place[] = [];
  for (let partition = 0; partition < known.partitions; partition += 1) {
    for (let offset = 0; offset < known.end(partition); offset += 1) {
      const reason = known.factAt(partition, offset);
      if (typeof reason === 'string' && !gaps.hold(partition, offset)) letters.push({ partition, offset, reason });
    }
  }
  return letters;
}
