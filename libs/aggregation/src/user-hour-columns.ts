import type { SumRows } from './sum-rows.ts';
import type { UserHourRow } from './total-row.ts';

/** Consecutive rows of one hour. */
export interface UserHourGroup {
  readonly hourStartMs: number;
  readonly rows: number;
}

/** The bytes of each user and hour as columns. Iterating creates an object for each row, for callers with few rows. */
export class UserHourColumns implements Iterable<UserHourRow> {
  readonly groups: readonly UserHourGroup[];
  /** All users, sorted. The place of a row is an index into them. */
  readonly ids: readonly string[];
  readonly sums: SumRows;

  constructor(groups: readonly UserHourGroup[], ids: readonly string[], sums: SumRows) {
    this.groups = groups;
    this.ids = ids;
    this.sums = sums;
  }

  get length(): number {
    return this.sums.length;
  }

  *[Symbol.iterator](): Generator<UserHourRow, undefined> {
    const { places, latestMs } = this.sums;
    let row = 0;
    for (const { hourStartMs, rows } of this.groups) {
      for (const end = row + rows; row < end; row += 1) {
        const id = this.ids[places[row] ?? 0] ?? '';
        yield { hourStartMs, id, usage: this.sums.sumAt(row), latestEventTimeMs: latestMs[row] ?? 0 };
      }
    }
  }
}
