import type { SumRows } from './sum-rows.ts';
import type { UserHourRow } from './total-row.ts';

/** Rows that lie together, of one hour. */
export interface UserHourGroup {
  readonly hourStartMs: number;
  readonly rows: number;
}

/** What users used by the hour, as columns, and one by one for whoever has few of them. */
export class UserHourColumns implements Iterable<UserHourRow> {
  readonly groups: readonly UserHourGroup[];
  /** All users, in order; each row has one of them. */
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
