const HOUR_MS = 3_600_000;

/**
 * Limits how many dead letters of a partition are stored whole: a burst of `perHour`, then `perHour` an hour. It
 * decides only how a dead letter is stored: beyond the limit it is counted in a range, with the same reason.
 */
export class DeadLetterRateLimiter {
  readonly #perHour: number;
  #left: number;
  #refilledMs: number | undefined;

  constructor(perHour: number) {
    this.#perHour = perHour;
    this.#left = perHour;
  }

  /** Refills the limiter up to this processing time (milliseconds since 1970); an earlier time changes nothing. */
  refill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - (this.#refilledMs ?? nowMs));
    this.#left = Math.min(this.#perHour, this.#left + (elapsedMs * this.#perHour) / HOUR_MS);
    this.#refilledMs = Math.max(nowMs, this.#refilledMs ?? nowMs);
  }

  /** Consumes one dead letter of the limit. @returns whether it may be stored whole. */
  tryConsume(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
