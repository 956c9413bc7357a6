import { freeIfLarge } from '@antenna/event-schema';

/** A set of codes of a table of texts. */
export class CodeSet {
  readonly #isIn: Uint8Array<ArrayBuffer>;
  readonly #codes: Int32Array<ArrayBuffer>;
  #size = 0;

  /** @param codes how many codes the table has. */
  constructor(codes: number) {
    this.#isIn = new Uint8Array(codes);
    this.#codes = new Int32Array(codes);
  }

  addAll(codes: Int32Array): void {
    for (let index = 0; index < codes.length; index += 1) {
      const code = codes[index] ?? 0;
      if (this.#isIn[code] !== 0) continue;
      this.#isIn[code] = 1;
      this.#codes[this.#size++] = code;
    }
  }

  /** The codes, in the order in which they were added. */
  values(): Int32Array {
    return this.#codes.subarray(0, this.#size);
  }

  /** Frees the memory of a set that is not used any more, its values included. */
  free(): void {
    freeIfLarge(this.#isIn);
    freeIfLarge(this.#codes);
  }
}
