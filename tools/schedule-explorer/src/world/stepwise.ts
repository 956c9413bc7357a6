/** Work that is done one step at a time, so that anything may happen between two of them. */
export abstract class Stepwise {
  readonly #steps = this.play();
  isDone = false;

  /** The work; each `yield` ends a step. */
  protected abstract play(): Generator<undefined, void>;

  /** @throws {Violation} when the work finds something wrong. */
  step(): void {
    this.isDone = this.#steps.next().done === true;
  }

  finish(): void {
    while (!this.isDone) this.step();
  }
}
