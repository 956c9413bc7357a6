import { TotalColumns, UserHourColumns } from '@antenna/aggregation';
import { TextTable } from '@antenna/event-schema';
import type { TotalsCommit } from '@antenna/ingestion';
import {
  bigintArray,
  bigintArrayOfRuns,
  bigintArrayOfSums,
  type Run,
  textArray,
  textArrayOfRuns,
  type TextsOfRows,
} from './binary-array.ts';

/** The totals of a commit as parameters of pipeline.commit_totals. */
export function totalParameters(totals: TotalColumns) {
  const rows = totals.rows();
  return {
    windowMs: bigintArrayOfRuns(totals.groups.map(({ windowStartMs, sums }) => run(windowStartMs, sums))),
    types: textArrayOfRuns(totals.groups.map(({ type, sums }) => run(type, sums))),
    ids: textArray(rows.codes, textsOfGroups(totals.groups)),
    values: bigintArrayOfSums(rows),
  };
}

export function userHourParameters(userHours: UserHourColumns) {
  const rows = userHours.rows();
  return {
    hourMs: bigintArrayOfRuns(userHours.groups.map(({ hourStartMs, sums }) => run(hourStartMs, sums))),
    users: textArray(rows.codes, [{ texts: userHours.ids, first: 0, end: rows.length }]),
    usages: bigintArrayOfSums(rows),
    latestMs: bigintArray(rows.latestMs),
  };
}

function run<T>(value: T, { length }: { readonly length: number }): Run<T> {
  return { value, count: length };
}

const NO_TOTALS = totalParameters(new TotalColumns([]));
const NO_USER_HOURS = userHourParameters(new UserHourColumns([], new TextTable()));

/** One part of the sums of a commit, as parameters of pipeline.stage_totals. */
export type PartParameters = ReturnType<typeof totalParameters> & ReturnType<typeof userHourParameters>;

/**
 * All sums of a commit in parts of so many rows at most, those of the windows first. Each function makes one part, so that
 * memory holds only the parts that are being sent.
 */
export function partsOf(
  { totals, userHours }: Pick<TotalsCommit, 'totals' | 'userHours'>,
  rows: number,
): (() => PartParameters)[] {
  return [
    ...rangesOf(totals.groups, rows).map(([first, end]) => () => ({
      ...totalParameters(totals.slice(first, end)),
      ...NO_USER_HOURS,
    })),
    ...rangesOf(userHours.groups, rows).map(([first, end]) => () => ({
      ...NO_TOTALS,
      ...userHourParameters(userHours.slice(first, end)),
    })),
  ];
}

/** A group of fewer rows than this share of a part is sent together with others. */
const SMALL = 1 / 8;

interface Rows {
  readonly sums: { readonly length: number };
}

/** First row and end of each part: of one large group alone, or of several small groups. */
function rangesOf(groups: readonly Rows[], most: number): [number, number][] {
  const ranges: [number, number][] = [];
  let [first, end] = [0, 0];
  for (const { sums } of groups) {
    const { length: rows } = sums;
    const isLarge = rows >= most * SMALL;
    if (first < end && (isLarge || end + rows > first + most)) {
      ranges.push([first, end]);
      first = end;
    }
    end += rows;
    for (; isLarge && first < end; first = Math.min(first + most, end))
      ranges.push([first, Math.min(first + most, end)]);
  }
  if (first < end) ranges.push([first, end]);
  return ranges;
}

function textsOfGroups(groups: TotalColumns['groups']): TextsOfRows[] {
  let end = 0;
  return groups.map(({ ids, sums }) => {
    const first = end;
    end += sums.length;
    return { texts: ids, first, end };
  });
}
