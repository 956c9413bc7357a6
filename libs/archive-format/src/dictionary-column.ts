import { grown } from './grown-column.ts';

/** A column of texts: `codes` are indexes into the distinct `values`, which are in the order of first appearance. */
export interface DictionaryColumn {
  readonly values: readonly string[];
  readonly codes: Int32Array;
}

/** Consecutive rows whose codes belong to one array of interned texts. */
interface Stretch {
  readonly texts: readonly string[];
  readonly firstRow: number;
}

/** Collects a column of texts as codes of an interner. They become codes of the column only when it is built. */
export class DictionaryColumnBuilder {
  #stretches: Stretch[] = [];
  #texts: readonly string[] | undefined;
  #codes = new Int32Array();

  /** @param texts the interner's texts, which `code` is an index of. A new array begins a new stretch. */
  append(row: number, texts: readonly string[], code: number): void {
    if (texts !== this.#texts) {
      this.#texts = texts;
      this.#stretches.push({ texts, firstRow: row });
    }
    if (row === this.#codes.length) this.#codes = grown(this.#codes, (rows) => new Int32Array(rows));
    this.#codes[row] = code;
  }

  /** The column, in the memory of this builder: it is good until the next code is appended. */
  build(rows: number): DictionaryColumn {
    const values: string[] = [];
    // The texts of one stretch are distinct: only those of several are looked up.
    const codeOf = this.#stretches.length > 1 ? new Map<string, number>() : undefined;
    for (const [index, { texts, firstRow }] of this.#stretches.entries()) {
      const endRow = this.#stretches[index + 1]?.firstRow ?? rows;
      const known = new Int32Array(texts.length);
      for (let row = firstRow; row < endRow; row += 1) {
        const code = this.#codes[row] ?? 0;
        if (known[code] === 0) known[code] = 1 + codeIn(values, codeOf, texts[code] ?? '');
        this.#codes[row] = (known[code] ?? 0) - 1;
      }
    }
    [this.#texts, this.#stretches] = [values, [{ texts: values, firstRow: 0 }]];
    return { values, codes: this.#codes.subarray(0, rows) };
  }
}

/** The code of a text in the column. A new text is added to the values. */
function codeIn(values: string[], codeOf: Map<string, number> | undefined, text: string): number {
  const code = codeOf?.get(text) ?? values.push(text) - 1;
  codeOf?.set(text, code);
  return code;
}
