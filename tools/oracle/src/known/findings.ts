import { type Difference, textOf } from '../compare-rows.ts';

const SHOWN_OF_A_KIND = 5;

/** What is not as it should be, by kind: all are counted, the first of each kind are shown. */
export class Findings {
  readonly #kinds = new Map<string, { count: number; readonly examples: string[] }>();

  add(kind: string, example: string): void {
    const found = this.#kinds.get(kind) ?? { count: 0, examples: [] };
    found.count += 1;
    if (found.examples.length < SHOWN_OF_A_KIND) found.examples.push(example);
    this.#kinds.set(kind, found);
  }

  /** Each difference between rows. @param what the rows are, in the singular. */
  addDifferences(what: string, differences: readonly Difference<unknown>[]): void {
    for (const difference of differences) this.add(`${what} ${difference.kind}`, textOf(difference));
  }

  get count(): number {
    return [...this.#kinds.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** One for each kind. */
  lines(): readonly string[] {
    return [...this.#kinds].map(([kind, { count, examples }]) => {
      const more = count > examples.length ? ', …' : '';
      return `${kind}: ${count} (${examples.join(', ')}${more})`;
    });
  }
}
