/** A lock that admits callers one at a time, in the order of their calls. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves when all earlier turns have ended. @returns a function that ends this turn. */
  async begin(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const before = this.#last;
    this.#last = promise;
    await before;
    return () => {
      resolve(undefined);
    };
  }
}
