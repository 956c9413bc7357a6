import type { SumRows } from './sum-rows.ts';
import type { TotalRow, TotalType } from './total-row.ts';

/** Consecutive rows of one window and type. */
export interface TotalGroup {
  readonly windowStartMs: number;
  readonly type: TotalType;
  readonly rows: number;
  /** All ids of the type, sorted. Groups of a type share the array. */
  readonly ids: readonly string[];
}

/** The rows of a commit as columns. Iterating creates an object for each row, for callers with few rows. */
export class TotalColumns implements Iterable<TotalRow> {
  readonly groups: readonly TotalGroup[];
  /** The place of a row is an index into the ids of its group. */
  readonly sums: SumRows;

  constructor(groups: readonly TotalGroup[], sums: SumRows) {
    this.groups = groups;
    this.sums = sums;
  }

  get length(): number {
    return this.sums.length;
  }

  *[Symbol.iterator](): Generator<TotalRow, undefined> {
    let row = 0;
    for (const { windowStartMs, type, rows, ids } of this.groups) {
      for (const end = row + rows; row < end; row += 1) {
        yield { windowStartMs, type, id: ids[this.sums.places[row] ?? 0] ?? '', value: this.sums.sumAt(row) };
      }
    }
  }
}
