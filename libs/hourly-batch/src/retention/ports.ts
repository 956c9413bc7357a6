/** `windows`: the tables of the speed layer; `hours`: the results of the batch layer. */
export type RetentionKind = 'windows' | 'hours';

/** A retention floor, or the one that a raise would reach. All times are milliseconds since 1970. */
export interface RaisedFloor {
  /** Rows of earlier hours are removed and not written again. Undefined while the floor was never raised. */
  readonly floorMs: number | undefined;
  /** The first instant of the month that the retention asks for. Undefined while no event was counted. */
  readonly wantedMs: number | undefined;
  /** The first month with a partition of its own. All older rows are removed together, once it is below the floor. */
  readonly firstMonthMs: number;
  /** The first hour before `wantedMs` that must not be removed yet. The floor stops at its month. */
  readonly obstacle: { readonly hourMs: number; readonly reason: string } | undefined;
}

/**
 * `removed`; `gone`: nothing was left to remove; `emptied`: the rows of a month are removed, and its empty table stays for
 * now, since commits leave no moment to drop it; `busy`: another transaction is older than the removal, or uses the
 * partition; `not summed`: an hour was computed meanwhile whose day has no stored sums yet.
 */
export type RemovalOutcome = 'removed' | 'gone' | 'emptied' | 'busy' | 'not summed';

/** The floors and the partitions below them. Every call may be repeated. */
export interface RetentionStore {
  /**
   * Raises a floor to the month that lies `days` before the newest counted event, or to the month of the first hour
   * that is not ready: not final, computed, archived or reconciled. A floor only rises. A dry run changes nothing.
   */
  raiseFloor(kind: RetentionKind, days: number, isDryRun: boolean): Promise<RaisedFloor>;
  /** The names of the partitions that have rows below the floor. */
  removable(kind: RetentionKind): Promise<readonly string[]>;
  /**
   * Removes the rows of a partition that lie below the floor, all or nothing. Commits do not wait for that. Dropping the
   * empty table of a month needs a lock for which commits wait, 160 ms at most.
   * @param mayWait whether commits may wait 5 s for that lock.
   */
  remove(partition: string, mayWait: boolean): Promise<RemovalOutcome>;
  /** Renews the planner's statistics of the tables, which change with their partitions. A failure does no harm. */
  analyze(): Promise<void>;
}
