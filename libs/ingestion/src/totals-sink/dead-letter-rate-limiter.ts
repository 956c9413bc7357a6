const HOUR_MS = 3_600_000;

/**
 * How many dead letters of a partition may still be stored whole: so many at once, and as many again within an hour.
 * It decides how a dead letter is stored and nothing else: each is stored, and its reason is the record's own.
 */
export class DeadLetterRateLimiter {
  readonly #perHour: number;
  #left: number;
  #refilledMs: number | undefined;

  constructor(perHour: number) {
    this.#perHour = perHour;
    this.#left = perHour;
  }

  /** To be told the time before letters are taken; it need not advance. */
  refill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - (this.#refilledMs ?? nowMs));
    this.#left = Math.min(this.#perHour, this.#left + (elapsedMs * this.#perHour) / HOUR_MS);
    this.#refilledMs = Math.max(nowMs, this.#refilledMs ?? nowMs);
  }

  /** Whether one more may be stored whole, which is counted then. */
  tryConsume(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
