interface OrderedTexts {
  readonly places: Int32Array;
  readonly texts: readonly string[];
}

/** Assigns codes to texts, from 0 on in the order of first appearance. */
export class StringDictionary {
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();
  /**
   * The interner's texts that `#known` refers to. `#known` holds our code plus 1 by the interner's code, 0 if unknown.
   */
  #pool: readonly string[] = [];
  #known = new Int32Array();
  #ordered: OrderedTexts | undefined;

  codeOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  /** The code of an interned text. It is faster than `codeOf`, unless the interner changes with every call. */
  codeOfInterned(pool: readonly string[], pooled: number): number {
    const known = pool === this.#pool ? (this.#known[pooled] ?? 0) : 0;
    return known === 0 ? this.#learn(pool, pooled) : known - 1;
  }

  textOf(number: number): string {
    return this.#texts[number] ?? '';
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

  #learn(pool: readonly string[], pooled: number): number {
    if (pool !== this.#pool) {
      this.#pool = pool;
      this.#known.fill(0);
    }
    if (pooled >= this.#known.length) {
      const larger = new Int32Array(Math.max(pool.length, 2 * this.#known.length));
      larger.set(this.#known);
      this.#known = larger;
    }
    const number = this.codeOf(pool[pooled] ?? '');
    this.#known[pooled] = number + 1;
    return number;
  }
}
