import { SumRows, TotalColumns, UserHourColumns } from '@antenna/aggregation';
import {
  bigintArray,
  bigintArrayOfRuns,
  bigintArrayOfSums,
  encoded,
  type EncodedTexts,
  textArray,
  textArrayOf,
  textArrayOfRuns,
  type TextsOfRows,
} from './binary-array.ts';

/** The totals of a commit as parameters of pipeline.commit_totals. */
export function totalParameters({ groups, sums }: TotalColumns, ids = textArray(sums.places, textsOfGroups(groups))) {
  return {
    windowMs: bigintArrayOfRuns(groups.map(({ windowStartMs, rows }) => ({ value: windowStartMs, count: rows }))),
    types: textArrayOfRuns(groups.map(({ type, rows }) => ({ value: type, count: rows }))),
    ids,
    values: bigintArrayOfSums(sums),
  };
}

export function userHourParameters(
  { groups, ids, sums }: UserHourColumns,
  users = textArray(sums.places, [{ texts: encoded(ids), first: 0, end: sums.length }]),
) {
  return {
    hourMs: bigintArrayOfRuns(groups.map(({ hourStartMs, rows }) => ({ value: hourStartMs, count: rows }))),
    users,
    usages: bigintArrayOfSums(sums),
    latestMs: bigintArray(sums.latestMs),
  };
}

const NO_TOTALS = totalParameters(new TotalColumns([], new SumRows(0)));
const NO_USER_HOURS = userHourParameters(new UserHourColumns([], [], new SumRows(0)));

/** One part of the sums of a commit, as parameters of pipeline.stage_totals. */
export type PartParameters = ReturnType<typeof totalParameters> & ReturnType<typeof userHourParameters>;

/** All sums of a commit in parts of so many rows at most: those of the windows first. Each part is made when it is asked for. */
export function* partsOf(totals: TotalColumns, userHours: UserHourColumns, rows: number): Generator<PartParameters> {
  for (let first = 0; first < totals.length; first += rows) {
    const part = totals.slice(first, Math.min(first + rows, totals.length));
    yield { ...totalParameters(part, textArrayOf(idsOfRows(part))), ...NO_USER_HOURS };
  }
  for (let first = 0; first < userHours.length; first += rows) {
    const part = userHours.slice(first, Math.min(first + rows, userHours.length));
    yield { ...NO_TOTALS, ...userHourParameters(part, textArrayOf(usersOfRows(part))) };
  }
}

/** A part has few of all ids, which are not encoded for each part. */
function idsOfRows({ groups, sums: { places } }: TotalColumns): string[] {
  const texts: string[] = [];
  for (const { ids, rows } of groups) {
    for (const end = texts.length + rows; texts.length < end;) texts.push(ids[places[texts.length] ?? 0] ?? '');
  }
  return texts;
}

function usersOfRows({ ids, sums: { places } }: UserHourColumns): string[] {
  return Array.from(places, (place) => ids[place] ?? '');
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
