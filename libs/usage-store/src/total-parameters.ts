import { SumRows, TotalColumns, UserHourColumns } from '@antenna/aggregation';
import { TextTable } from '@antenna/event-schema';
import type { TotalsCommit } from '@antenna/ingestion';
import {
  bigintArray,
  bigintArrayOfRuns,
  bigintArrayOfSums,
  textArray,
  textArrayOfRuns,
  type TextsOfRows,
} from './binary-array.ts';

/** The totals of a commit as parameters of pipeline.commit_totals. */
export function totalParameters({ groups, sums }: TotalColumns) {
  return {
    windowMs: bigintArrayOfRuns(groups.map(({ windowStartMs, rows }) => ({ value: windowStartMs, count: rows }))),
    types: textArrayOfRuns(groups.map(({ type, rows }) => ({ value: type, count: rows }))),
    ids: textArray(sums.codes, textsOfGroups(groups)),
    values: bigintArrayOfSums(sums),
  };
}

export function userHourParameters({ groups, ids, sums }: UserHourColumns) {
  return {
    hourMs: bigintArrayOfRuns(groups.map(({ hourStartMs, rows }) => ({ value: hourStartMs, count: rows }))),
    users: textArray(sums.codes, [{ texts: ids, first: 0, end: sums.length }]),
    usages: bigintArrayOfSums(sums),
    latestMs: bigintArray(sums.latestMs),
  };
}

const NO_TOTALS = totalParameters(new TotalColumns([], new SumRows(0)));
const NO_USER_HOURS = userHourParameters(new UserHourColumns([], new TextTable(), new SumRows(0)));

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

/** First row and end of each part: of one large group alone, or of several small groups. */
function rangesOf(groups: readonly { readonly rows: number }[], most: number): [number, number][] {
  const ranges: [number, number][] = [];
  let [first, end] = [0, 0];
  for (const { rows } of groups) {
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
  return groups.map(({ ids, rows }) => {
    const first = end;
    end += rows;
    return { texts: ids, first, end };
  });
}
