import { Violation } from '../checker/violation.ts';

/** A failure that passes by itself; whether the call had an effect, its caller can't tell. */
export class PassingFailure extends Error {
  override readonly name = 'PassingFailure';
}

/** A call of a port that is under way: its effect and its answer are two events, either of which may never happen. */
export class PendingCall {
  readonly worker: number;
  readonly name: string;
  readonly #operation: () => unknown;
  readonly #answer = Promise.withResolvers<unknown>();
  #outcome: { readonly value: unknown } | { readonly error: unknown } | undefined;

  constructor(worker: number, name: string, operation: () => unknown) {
    this.worker = worker;
    this.name = name;
    this.#operation = operation;
  }

  /** What the caller gets. */
  get answered(): Promise<unknown> {
    return this.#answer.promise;
  }

  get hasHappened(): boolean {
    return this.#outcome !== undefined;
  }

  /** @throws {Violation} when the effect breaks what must always hold. */
  happen(): void {
    this.#outcome ??= this.#attempt();
  }

  /** Lets it happen, if it has not, and gives the caller the answer. */
  answer(): void {
    const outcome = (this.#outcome ??= this.#attempt());
    if ('value' in outcome) this.#answer.resolve(outcome.value);
    else this.#answer.reject(outcome.error);
  }

  /** The caller gets a failure instead of the answer. */
  loseAnswer(): void {
    this.#answer.reject(new PassingFailure(`${this.name}: connection lost`));
  }

  #attempt() {
    try {
      return { value: this.#operation() };
    } catch (error) {
      if (error instanceof Violation) throw error;
      return { error };
    }
  }
}

/** The calls of all workers. */
export class PendingCalls {
  /** Somebody waits for their answer. */
  readonly awaited: PendingCall[] = [];
  /** Nobody waits any more, but their effect may still happen: the zombies. */
  readonly ghosts: PendingCall[] = [];

  add<T>(worker: number, name: string, operation: () => T): Promise<T> {
    const call = new PendingCall(worker, name, operation);
    this.awaited.push(call);
    return call.answered as Promise<T>;
  }

  finish(call: PendingCall): void {
    remove(this.awaited, call);
  }

  /** The caller has ended, or has received a failure, while the call is still in flight. */
  abandon(call: PendingCall): void {
    this.finish(call);
    if (!call.hasHappened) this.ghosts.push(call);
  }

  /** The calls of this name that may still have an effect. */
  underWay(name: string): readonly PendingCall[] {
    return [...this.awaited, ...this.ghosts].filter((call) => call.name === name && !call.hasHappened);
  }

  /** Whether a call may still have an effect. */
  isUnderWay(call: PendingCall): boolean {
    return !call.hasHappened && (this.awaited.includes(call) || this.ghosts.includes(call));
  }

  letGhostHappen(ghost: PendingCall): void {
    remove(this.ghosts, ghost);
    ghost.happen();
  }

  dropGhost(ghost: PendingCall): void {
    remove(this.ghosts, ghost);
  }
}

function remove<T>(items: T[], item: T): void {
  const index = items.indexOf(item);
  if (index >= 0) items.splice(index, 1);
}
