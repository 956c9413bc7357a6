/** How long something is waited for. */
export interface Patience {
  readonly deadlineMs: number;
  /** Ends the waiting early. */
  readonly signal: AbortSignal;
}
