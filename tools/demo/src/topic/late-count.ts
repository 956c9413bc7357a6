const WINDOW_MS = 300_000;

/** Counts the events that come after one of more than a window's length later. */
export class LateCount {
  events = 0;
  #greatestMs = -Infinity;

  add(eventTimeMs: number): void {
    if (eventTimeMs < this.#greatestMs - WINDOW_MS) this.events++;
    this.#greatestMs = Math.max(this.#greatestMs, eventTimeMs);
  }

  toString(): string {
    return `${this.events.toLocaleString('en-US')} events came more than 5 minutes late`;
  }
}
