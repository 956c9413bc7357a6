import type { DictionaryColumn } from '@antenna/archive-format';
import { utf8Texts } from '@antenna/event-schema';

/** Numbers texts in the order of their first appearance. */
export class Utf8ColumnBuilder {
  readonly codes: Int32Array<ArrayBuffer>;
  readonly #values: string[] = [];
  readonly #codeOfText = new Map<string, number>();
  readonly #codeOfBytes = new WeakMap<Uint8Array, number>();

  constructor(rows: number) {
    this.codes = new Int32Array(rows);
  }

  /** @param utf8 often the same object as before, since a dictionary's values are decoded once. */
  append(row: number, utf8: Buffer): void {
    let code = this.#codeOfBytes.get(utf8);
    if (code === undefined) {
      code = this.#codeOf(utf8.toString('utf8'));
      this.#codeOfBytes.set(utf8, code);
    }
    this.codes[row] = code;
  }

  build(): DictionaryColumn {
    return { values: utf8Texts(this.#values), codes: this.codes };
  }

  #codeOf(text: string): number {
    const known = this.#codeOfText.get(text);
    if (known !== undefined) return known;
    const code = this.#values.push(text) - 1;
    this.#codeOfText.set(text, code);
    return code;
  }
}
