/** No request to Kafka takes as long: a partition that has records and brings none has been lost by the client. */
const STALLED_MS = 60_000;

/** Notices partitions that bring nothing although there is something to bring. */
export class StallDetector {
  readonly #waits = new Map<number, { readonly expectedOffset: number; readonly sinceMs: number }>();

  /**
   * Whether a partition has stood still for so long that it has to be read again; then the wait begins anew.
   * @param isAwaited whether it has records that there is room for.
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
