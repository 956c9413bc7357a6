/**
 * No request to Kafka takes as long: if a partition has records and delivers none for this time, the client lost it.
 */
const STALLED_MS = 60_000;

/** Detects partitions that deliver no batch although the topic holds records for them. */
export class StallDetector {
  readonly #waits = new Map<number, { readonly expectedOffset: number; readonly sinceMs: number }>();

  /**
   * Whether a partition has delivered nothing for so long that it has to be read again; then the wait starts anew.
   * @param isAwaited whether the topic holds records for it, and the worker has capacity for them.
   */
  hasStalled(
    partition: { readonly partition: number; readonly expectedOffset: number },
    isAwaited: boolean,
    nowMs: number,
  ): boolean {
    const { partition: number, expectedOffset } = partition;
    const wait = this.#waits.get(number);
    const hasStoodStill = isAwaited && wait?.expectedOffset === expectedOffset;
    if (hasStoodStill && nowMs - wait.sinceMs < STALLED_MS) return false;
    this.#waits.set(number, { expectedOffset, sinceMs: nowMs });
    return hasStoodStill;
  }
}
