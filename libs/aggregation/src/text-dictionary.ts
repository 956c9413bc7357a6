import { TextTable } from '@antenna/event-schema';

/** Assigns codes to interned texts, from 0 on in the order of first appearance. */
export class TextDictionary {
  readonly #texts = new TextTable();
  /** The interner's table that `#known` refers to. `#known` holds our code plus 1 by the interner's code, 0 if unknown. */
  #interned: TextTable | undefined;
  #known = new Int32Array();
  /** Whether texts of several tables came. The codes of one table tell its texts apart, so that none is searched. */
  #areMixed = false;

  /** @param interned the table of an interner. With another table, each of its texts is searched once. */
  codeOfInterned(interned: TextTable, internedCode: number): number {
    const known = interned === this.#interned ? (this.#known[internedCode] ?? 0) : 0;
    return known === 0 ? this.#addInterned(interned, internedCode) : known - 1;
  }

  /** The texts by code. */
  get texts(): TextTable {
    return this.#texts;
  }

  #addInterned(interned: TextTable, internedCode: number): number {
    if (interned !== this.#interned) {
      this.#areMixed = this.#interned !== undefined;
      this.#interned = interned;
      this.#known.fill(0);
    }
    if (internedCode >= this.#known.length) {
      const larger = new Int32Array(Math.max(interned.length, 2 * this.#known.length));
      larger.set(this.#known);
      this.#known = larger;
    }
    const code = this.#areMixed
      ? this.#texts.codeOf(interned, internedCode)
      : this.#texts.addFrom(interned, internedCode);
    this.#known[internedCode] = code + 1;
    return code;
  }
}
