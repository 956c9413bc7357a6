interface OrderedTexts {
  readonly places: Int32Array;
  readonly texts: readonly string[];
}

/** Texts by number, from 0 on in the order in which they first came. */
export class StringDictionary {
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** The pool whose numbers are known here: by its number, ours plus 1. */
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

  /** The number of a text that has a number in a pool: quicker, unless each comes from another pool than the one before. */
  codeOfInterned(pool: readonly string[], pooled: number): number {
    const known = pool === this.#pool ? (this.#known[pooled] ?? 0) : 0;
    return known === 0 ? this.#learn(pool, pooled) : known - 1;
  }

  textOf(number: number): string {
    return this.#texts[number] ?? '';
  }

  /**
   * Numbers as places in the order of the texts (UTF-16 code units), and the texts in this order: sorting many sets of
   * numbers by place compares texts only once.
   */
  ordered(): OrderedTexts {
    if (this.#ordered?.texts.length !== this.#texts.length) this.#ordered = this.#order();
    return this.#ordered;
  }

  #order(): OrderedTexts {
    // Without a function that compares, texts are compared by UTF-16 code units, and in half the time.
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
