interface OrderedTexts {
  readonly places: Int32Array;
  readonly texts: readonly string[];
}

/** Assigns codes to texts, from 0 on in the order of first appearance. */
export class StringDictionary {
  readonly #texts: string[] = [];
  readonly #codes = new Map<string, number>();
  /**
   * The interner's texts that `#known` refers to. `#known` holds our code plus 1 by the interner's code, 0 if unknown.
   */
  #interned: readonly string[] = [];
  #known = new Int32Array();
  #ordered: OrderedTexts | undefined;

  codeOf(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.#texts.push(text) - 1;
    this.#codes.set(text, code);
    return code;
  }

  /** The code of an interned text. It is faster than `codeOf`, unless the interner changes with every call. */
  codeOfInterned(interned: readonly string[], internedCode: number): number {
    const known = interned === this.#interned ? (this.#known[internedCode] ?? 0) : 0;
    return known === 0 ? this.#addInterned(interned, internedCode) : known - 1;
  }

  textOf(code: number): string {
    return this.#texts[code] ?? '';
  }

  /**
   * The texts in order (UTF-16 code units), and for each code its place in this order. Sets of codes can then be sorted
   * by place without comparing texts again.
   */
  ordered(): OrderedTexts {
    if (this.#ordered?.texts.length !== this.#texts.length) this.#ordered = this.#order();
    return this.#ordered;
  }

  #order(): OrderedTexts {
    // Without a comparison function, sorting compares UTF-16 code units and takes half the time.
    const texts = this.#texts.toSorted();
    const places = new Int32Array(texts.length);
    for (const [place, text] of texts.entries()) places[this.codeOf(text)] = place;
    return { places, texts };
  }

  #addInterned(interned: readonly string[], internedCode: number): number {
    if (interned !== this.#interned) {
      this.#interned = interned;
      this.#known.fill(0);
    }
    if (internedCode >= this.#known.length) {
      const larger = new Int32Array(Math.max(interned.length, 2 * this.#known.length));
      larger.set(this.#known);
      this.#known = larger;
    }
    const code = this.codeOf(interned[internedCode] ?? '');
    this.#known[internedCode] = code + 1;
    return code;
  }
}
