/** Lets callers in one after the other, in the order in which they ask. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves when the turns before are over. @returns ends this turn. */
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
