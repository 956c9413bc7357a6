import type { TextTable } from '@antenna/event-schema';
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
  readonly rows: number;
  /** The id of each code. Several groups may share the table. */
  readonly ids: TextTable;
}

/** The rows of a commit as columns. Iterating creates an object for each row, for callers with few rows. */
export class TotalColumns implements Iterable<TotalRow> {
  readonly groups: readonly TotalGroup[];
  /** The code of a row is an index into the ids of its group. */
  readonly sums: SumRows;

  constructor(groups: readonly TotalGroup[], sums: SumRows) {
    this.groups = groups;
    this.sums = sums;
  }

  get length(): number {
    return this.sums.length;
  }

  /** The rows `first` to `end - 1`. */
  slice(first: number, end: number): TotalColumns {
    return new TotalColumns(groupsWithin(this.groups, first, end), this.sums.slice(first, end));
  }

  *[Symbol.iterator](): Generator<TotalRow, undefined> {
    let row = 0;
    for (const { windowStartMs, type, rows, ids } of this.groups) {
      for (const end = row + rows; row < end; row += 1) {
        yield { windowStartMs, type, id: ids.textAt(this.sums.codes[row] ?? 0), value: this.sums.sumAt(row) };
      }
    }
  }
}

/** Consecutive rows of one hour. */
export interface UserHourGroup {
  readonly hourStartMs: number;
  readonly rows: number;
}

/** The bytes of each user and hour as columns. Iterating creates an object for each row, for callers with few rows. */
export class UserHourColumns implements Iterable<UserHourRow> {
  readonly groups: readonly UserHourGroup[];
  /** The user of each code. */
  readonly ids: TextTable;
  readonly sums: SumRows;

  constructor(groups: readonly UserHourGroup[], ids: TextTable, sums: SumRows) {
    this.groups = groups;
    this.ids = ids;
    this.sums = sums;
  }

  get length(): number {
    return this.sums.length;
  }

  /** The rows `first` to `end - 1`. */
  slice(first: number, end: number): UserHourColumns {
    return new UserHourColumns(groupsWithin(this.groups, first, end), this.ids, this.sums.slice(first, end));
  }

  *[Symbol.iterator](): Generator<UserHourRow, undefined> {
    const { codes, latestMs } = this.sums;
    let row = 0;
    for (const { hourStartMs, rows } of this.groups) {
      for (const end = row + rows; row < end; row += 1) {
        const id = this.ids.textAt(codes[row] ?? 0);
        yield { hourStartMs, id, usage: this.sums.sumAt(row), latestEventTimeMs: latestMs[row] ?? 0 };
      }
    }
  }
}

/** The groups of the rows `first` to `end - 1`, each with as many rows as it has among these. */
function groupsWithin<Group extends { readonly rows: number }>(
  groups: readonly Group[],
  first: number,
  end: number,
): Group[] {
  let start = 0;
  return groups.flatMap((group) => {
    const [from, to] = [Math.max(start, first), Math.min(start + group.rows, end)];
    start += group.rows;
    return from < to ? [{ ...group, rows: to - from }] : [];
  });
}
