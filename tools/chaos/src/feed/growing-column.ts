type Numbers = Float64Array | Int32Array;

/** A column of numbers that grows with the greatest index that is set; 0 where nothing was set. */
export class GrowingColumn<T extends Numbers> {
  readonly #make: (size: number) => T;
  #values: T;

  constructor(make: (size: number) => T) {
    this.#make = make;
    this.#values = make(1024);
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const larger = this.#make(Math.max(index + 1, this.#values.length * 2));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[index] = value;
  }

  at(index: number): number {
    return this.#values[index] ?? 0;
  }
}
