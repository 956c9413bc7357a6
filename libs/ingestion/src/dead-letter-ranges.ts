import type { RejectionReason } from '@antenna/event-schema';
import type { DeadLetterRange } from './ports.ts';

type Counted = { -readonly [Field in keyof DeadLetterRange]: DeadLetterRange[Field] };

/** Dead letters that are not stored whole: one range of offsets for each partition and reason. */
export class DeadLetterRanges {
  readonly #ranges = new Map<string, Counted>();
  #records = 0;

  /** All that were added. */
  get records(): number {
    return this.#records;
  }

  /** Offsets of a partition come in order. */
  add(partition: number, offset: number, reason: RejectionReason): void {
    this.#records += 1;
    const key = `${partition} ${reason}`;
    const range = this.#ranges.get(key);
    if (range === undefined) {
      this.#ranges.set(key, { partition, reason, firstOffset: offset, lastOffset: offset, records: 1 });
      return;
    }
    range.lastOffset = offset;
    range.records += 1;
  }

  rows(): readonly DeadLetterRange[] {
    return [...this.#ranges.values()];
  }
}
