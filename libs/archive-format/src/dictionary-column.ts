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

/** With fewer than one row for sixteen texts of the interner, each row's text is searched; otherwise all are mapped by an array. */
const FEW = 16;

/** Consecutive rows whose codes belong to one table of texts. */
interface Stretch {
  readonly texts: TextTable;
  readonly firstRow: number;
}

/** Collects a column of texts as codes of an interner. They become codes of the column only when it is built. */
export class DictionaryColumnBuilder {
  readonly #stretches: Stretch[] = [];
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

  /** The column, in the memory of this builder, which cannot be used again. */
  build(rows: number): DictionaryColumn {
    const values = new TextTable();
    for (const [index, { texts, firstRow }] of this.#stretches.entries()) {
      const endRow = this.#stretches[index + 1]?.firstRow ?? rows;
      const codes = this.#codes.subarray(firstRow, endRow);
      if (codes.length * FEW < texts.length) searchEach(codes, texts, values);
      else searchOnce(codes, texts, values, this.#stretches.length > 1);
    }
    return { values: values.packed(), codes: this.#codes.subarray(0, rows) };
  }
}

/** Searches the text of each row, which for few rows takes less than an array for all texts of the interner. */
function searchEach(codes: Int32Array, texts: TextTable, values: TextTable): void {
  for (let row = 0; row < codes.length; row += 1) codes[row] = values.codeOf(texts, codes[row] ?? 0);
}

/** @param areMixed whether the column may hold texts of another table. Those of one table are distinct: none is searched. */
function searchOnce(codes: Int32Array, texts: TextTable, values: TextTable, areMixed: boolean): void {
  const known = new Int32Array(texts.length);
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row] ?? 0;
    if (known[code] === 0) known[code] = 1 + (areMixed ? values.codeOf(texts, code) : values.addFrom(texts, code));
    codes[row] = (known[code] ?? 0) - 1;
  }
}
