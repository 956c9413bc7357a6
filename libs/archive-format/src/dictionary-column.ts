import { TextTable, textsIn, type Utf8Texts } from '@antenna/event-schema';
import { grown } from './grown-column.ts';

/** A column of texts: `codes` are indexes into the distinct `values`, which are in the order of first appearance. */
export interface DictionaryColumn {
  readonly values: Utf8Texts;
  readonly codes: Int32Array;
}

/** The text of each row. */
export function textsOfRows({ values, codes }: DictionaryColumn): (row: number) => string {
  const texts = textsIn(values);
  return (row) => texts[codes[row] ?? -1] ?? '';
}

/** Consecutive rows whose codes belong to one table of texts. */
interface Stretch {
  readonly texts: TextTable;
  readonly firstRow: number;
}

/** Collects a column of texts as codes of an interner. They become codes of the column only when it is built. */
export class DictionaryColumnBuilder {
  #stretches: Stretch[] = [];
  #texts: TextTable | undefined;
  #codes = new Int32Array();

  /** @param texts the interner's table, which `code` belongs to. Another table begins a new stretch. */
  append(row: number, texts: TextTable, code: number): void {
    if (texts !== this.#texts) {
      this.#texts = texts;
      this.#stretches.push({ texts, firstRow: row });
    }
    if (row === this.#codes.length) this.#codes = grown(this.#codes, (rows) => new Int32Array(rows));
    this.#codes[row] = code;
  }

  /** The column, in the memory of this builder: it is good until the next code is appended. */
  build(rows: number): DictionaryColumn {
    const values = new TextTable();
    // The texts of one stretch are distinct: only those of several are searched.
    const areMixed = this.#stretches.length > 1;
    for (const [index, { texts, firstRow }] of this.#stretches.entries()) {
      const endRow = this.#stretches[index + 1]?.firstRow ?? rows;
      const known = new Int32Array(texts.length);
      for (let row = firstRow; row < endRow; row += 1) {
        const code = this.#codes[row] ?? 0;
        if (known[code] === 0) known[code] = 1 + (areMixed ? values.codeOf(texts, code) : values.addFrom(texts, code));
        this.#codes[row] = (known[code] ?? 0) - 1;
      }
    }
    [this.#texts, this.#stretches] = [values, [{ texts: values, firstRow: 0 }]];
    return { values: values.packed(), codes: this.#codes.subarray(0, rows) };
  }
}
