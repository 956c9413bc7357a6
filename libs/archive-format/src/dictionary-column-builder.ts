import type { DictionaryColumn } from './event-columns.ts';

const INITIAL_ROWS = 8;

/** Consecutive rows whose codes belong to one array of interned texts. */
interface Stretch {
  readonly pool: readonly string[];
  readonly firstRow: number;
}

/** Collects a column of texts as codes of an interner. They become codes of the column only when it is built. */
export class DictionaryColumnBuilder {
  readonly #stretches: Stretch[] = [];
  #pool: readonly string[] | undefined;
  #numbers = new Int32Array();

  /** @param pool the interner's texts, of which `number` is a code. A new array begins a new stretch. */
  append(row: number, pool: readonly string[], number: number): void {
    if (pool !== this.#pool) {
      this.#pool = pool;
      this.#stretches.push({ pool, firstRow: row });
    }
    if (row === this.#numbers.length) {
      const larger = new Int32Array(Math.max(INITIAL_ROWS, row * 2));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[row] = number;
  }

  build(rows: number): DictionaryColumn {
    const values: string[] = [];
    const codes = new Int32Array(rows);
    const codeOf = new Map<string, number>();
    for (const [index, { pool, firstRow }] of this.#stretches.entries()) {
      const endRow = this.#stretches[index + 1]?.firstRow ?? rows;
      const known = new Int32Array(pool.length);
      for (let row = firstRow; row < endRow; row += 1) {
        const number = this.#numbers[row] ?? 0;
        if (known[number] === 0) known[number] = 1 + codeIn(values, codeOf, pool[number] ?? '');
        codes[row] = (known[number] ?? 0) - 1;
      }
    }
    return { values, codes };
  }
}

/** The code of a text in the column. A new text is added to the values. */
function codeIn(values: string[], codeOf: Map<string, number>, text: string): number {
  const code = codeOf.get(text) ?? values.push(text) - 1;
  codeOf.set(text, code);
  return code;
}
