import type { DeadLetterRange } from '../ports/index.ts';

type Counted = { -readonly [Field in keyof DeadLetterRange]: DeadLetterRange[Field] };

/** Dead letters that are not stored whole: one range of offsets for each partition and reason. */
export class DeadLetterRanges {
  readonly #ranges = new Map<string, Counted>();
  #records = 0;

  /** Number of all records added. */
  get records(): number {
    return this.#records;
  }

  /** Offsets of a partition are added in ascending order. */
  add(added: DeadLetterRange): void {
    this.#records += added.records;
    const key = `${added.partition} ${added.reason}`;
    const range = this.#ranges.get(key);
    if (range === undefined) {
      this.#ranges.set(key, { ...added });
      return;
    }
    range.lastOffset = added.lastOffset;
    range.records += added.records;
  }

  rows(): readonly DeadLetterRange[] {
    return [...this.#ranges.values()];
  }
}
