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
