/**
 * Where every decision of a schedule comes from. They are recorded: the same list makes the same schedule, and a list
 * that has run out goes on with 0, which is always the quiet decision (no fault, the oldest first). So a shorter list
 * of smaller numbers is a simpler schedule.
 */
export class Choices {
  readonly made: number[] = [];
  readonly #draw: (bound: number) => number;

  private constructor(draw: (bound: number) => number) {
    this.#draw = draw;
  }

  static seeded(seed: number): Choices {
    const next = randomIntegers(seed);
    return new Choices((bound) => next() % bound);
  }

  static replayed(made: readonly number[]): Choices {
    let position = 0;
    return new Choices((bound) => (made[position++] ?? 0) % bound);
  }

  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number {
    const choice = this.#draw(bound);
    this.made.push(choice);
    return choice;
  }

  /** True once in `bound` times. */
  oneIn(bound: number): boolean {
    return this.below(bound) === bound - 1;
  }

  /** @throws {RangeError} when there is nothing to choose from. */
  of<T>(items: readonly T[]): T {
    const item = items.length === 1 ? items[0] : items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to choose from');
    return item;
  }
}

/** Integers from 0 to 2^32 - 1, the same for the same seed (mulberry32, with the seed spread over all bits first). */
function randomIntegers(seed: number): () => number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
