import type { TotalColumns, UserHourColumns } from '@antenna/aggregation';
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

/** Groups of one type share their list of ids, so each list is encoded once. */
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
