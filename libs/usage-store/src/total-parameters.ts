import { SumRows, TotalColumns, UserHourColumns } from '@antenna/aggregation';
import {
  bigintArray,
  bigintArrayOfRuns,
  bigintArrayOfSums,
  encoded,
  type EncodedTexts,
  textArray,
  textArrayOfRuns,
  type TextsOfRows,
} from './binary-array.ts';

/** The totals of a commit as parameters of pipeline.commit_totals. */
export function totalParameters({ groups, sums }: TotalColumns) {
  return {
    windowMs: bigintArrayOfRuns(groups.map(({ windowStartMs, rows }) => ({ value: windowStartMs, count: rows }))),
    types: textArrayOfRuns(groups.map(({ type, rows }) => ({ value: type, count: rows }))),
    ids: textArray(sums.places, textsOfGroups(groups)),
    values: bigintArrayOfSums(sums),
  };
}

export function userHourParameters({ groups, ids, sums }: UserHourColumns) {
  return {
    hourMs: bigintArrayOfRuns(groups.map(({ hourStartMs, rows }) => ({ value: hourStartMs, count: rows }))),
    users: textArray(sums.places, [{ texts: encoded(ids), first: 0, end: sums.length }]),
    usages: bigintArrayOfSums(sums),
    latestMs: bigintArray(sums.latestMs),
  };
}

const NO_TOTALS = totalParameters(new TotalColumns([], new SumRows(0)));
const NO_USER_HOURS = userHourParameters(new UserHourColumns([], [], new SumRows(0)));

/** One part of the sums of a commit, as parameters of pipeline.stage_totals. */
type PartParameters = ReturnType<typeof totalParameters> & ReturnType<typeof userHourParameters>;

/**
 * All sums of a commit in parts of so many rows at most: those of the windows first. Each part is made when it is asked
 * for.
 */
export function* partsOf(totals: TotalColumns, userHours: UserHourColumns, rows: number): Generator<PartParameters> {
  for (const [first, end] of rangesOf(totals.groups, rows)) {
    yield { ...totalParameters(totals.slice(first, end)), ...NO_USER_HOURS };
  }
  for (const [first, end] of rangesOf(userHours.groups, rows)) {
    yield { ...NO_TOTALS, ...userHourParameters(userHours.slice(first, end)) };
  }
}

/** A group of fewer rows than this share of a part is sent together with others. */
const SMALL = 1 / 8;

/** First row and end of each part: of one large group alone, or of several small groups. */
function* rangesOf(groups: readonly { readonly rows: number }[], most: number): Generator<[number, number]> {
  let [first, end] = [0, 0];
  for (const { rows } of groups) {
    const isLarge = rows >= most * SMALL;
    if (first < end && (isLarge || end + rows > first + most)) {
      yield [first, end];
      first = end;
    }
    end += rows;
    for (; isLarge && first < end; first = Math.min(first + most, end)) yield [first, Math.min(first + most, end)];
  }
  if (first < end) yield [first, end];
}

/** A list of ids that groups share is encoded once. */
function textsOfGroups(groups: TotalColumns['groups']): TextsOfRows[] {
  const known = new Map<readonly string[], EncodedTexts>();
  let end = 0;
  return groups.map(({ ids, rows }) => {
    const texts = known.get(ids) ?? encoded(ids);
    known.set(ids, texts);
    const first = end;
    end += rows;
    return { texts, first, end };
  });
}
