type Numbers = Float64Array | Int32Array;

/** A column of numbers that grows at its end. */
export class GrowingColumn<T extends Numbers> {
  readonly #make: (size: number) => T;
  #values: T;
  #length = 0;

  constructor(make: (size: number) => T) {
    this.#make = make;
    this.#values = make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.#make(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** @throws {RangeError} outside of [0, length). */
  at(index: number): number {
    const value = index < this.#length ? this.#values[index] : undefined;
    if (value === undefined) throw new RangeError(`no element ${index} of ${this.#length}`);
    return value;
  }
}
