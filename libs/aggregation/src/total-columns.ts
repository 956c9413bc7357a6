import type { TextTable } from '@antenna/event-schema';
import { rowsOf, type SortedSums } from './sorted-sums.ts';
import type { SumRows } from './sum-rows.ts';

/** The dimension of a total. */
export type TotalType = 'antenna_total_bytes' | 'app_total_bytes' | 'user_total_bytes';

/** The bytes of one user, antenna or app in one window. */
export interface TotalRow {
  /** Milliseconds since 1970; the window is [start, start + size). */
  readonly windowStartMs: number;
  readonly type: TotalType;
  readonly id: string;
  readonly value: bigint;
}

/** The bytes of one user in one hour. */
export interface UserHourRow {
  /** Milliseconds since 1970. */
  readonly hourStartMs: number;
  readonly id: string;
  readonly usage: bigint;
  /** Greatest event time of the added events, milliseconds since 1970. */
  readonly latestEventTimeMs: number;
}

/** Consecutive rows of one window and type. */
export interface TotalGroup {
  readonly windowStartMs: number;
  readonly type: TotalType;
  readonly sums: SortedSums;
  /** The id of each code. Several groups may share the table. */
  readonly ids: TextTable;
}

/** The rows of a commit by window and type. Iterating creates an object for each row, for callers with few rows. */
export class TotalColumns implements Iterable<TotalRow> {
  readonly groups: readonly TotalGroup[];

  constructor(groups: readonly TotalGroup[]) {
    this.groups = groups;
  }

  get length(): number {
    return lengthOf(this.groups);
  }

  /** All rows as columns. The code of a row is an index into the ids of its group. */
  rows(): SumRows {
    return rowsOf(this.groups.map(({ sums }) => sums));
  }

  /** The rows `first` to `end - 1`. */
  slice(first: number, end: number): TotalColumns {
    return new TotalColumns(groupsWithin(this.groups, first, end));
  }

  *[Symbol.iterator](): Generator<TotalRow, undefined> {
    for (const { windowStartMs, type, sums, ids } of this.groups) {
      const rows = rowsOf([sums]);
      for (let row = 0; row < rows.length; row += 1) {
        yield { windowStartMs, type, id: ids.textAt(rows.codes[row] ?? 0), value: rows.sumAt(row) };
      }
    }
  }
}

/** Consecutive rows of one hour. */
export interface UserHourGroup {
  readonly hourStartMs: number;
  readonly sums: SortedSums;
}

/** The bytes of each user and hour. Iterating creates an object for each row, for callers with few rows. */
export class UserHourColumns implements Iterable<UserHourRow> {
  readonly groups: readonly UserHourGroup[];
  /** The user of each code. */
  readonly ids: TextTable;

  constructor(groups: readonly UserHourGroup[], ids: TextTable) {
    this.groups = groups;
    this.ids = ids;
  }

  get length(): number {
    return lengthOf(this.groups);
  }

  /** All rows as columns. */
  rows(): SumRows {
    return rowsOf(this.groups.map(({ sums }) => sums));
  }

  /** The rows `first` to `end - 1`. */
  slice(first: number, end: number): UserHourColumns {
    return new UserHourColumns(groupsWithin(this.groups, first, end), this.ids);
  }

  *[Symbol.iterator](): Generator<UserHourRow, undefined> {
    for (const { hourStartMs, sums } of this.groups) {
      const rows = rowsOf([sums]);
      for (let row = 0; row < rows.length; row += 1) {
        const id = this.ids.textAt(rows.codes[row] ?? 0);
        yield { hourStartMs, id, usage: rows.sumAt(row), latestEventTimeMs: rows.latestMs[row] ?? 0 };
      }
    }
  }
}

interface Group {
  readonly sums: SortedSums;
}

function lengthOf(groups: readonly Group[]): number {
  return groups.reduce((total, { sums }) => total + sums.length, 0);
}

/** The groups of the rows `first` to `end - 1`, each with those of its rows that are among these. */
function groupsWithin<T extends Group>(groups: readonly T[], first: number, end: number): T[] {
  let start = 0;
  return groups.flatMap((group) => {
    const [from, to] = [Math.max(0, first - start), Math.min(group.sums.length, end - start)];
    start += group.sums.length;
    return from < to ? [{ ...group, sums: group.sums.slice(from, to) }] : [];
  });
}
