import { Violation } from '../truth/violation.ts';

/** A failure that passes by itself; whether the call had an effect, its caller can't tell. */
export class PassingFailure extends Error {
  override readonly name = 'PassingFailure';
}

interface CallCourse {
  /** Has the effect, and returns what gives the caller the answer. */
  readonly effect: () => () => void;
  readonly fail: (error: unknown) => void;
}

/** A call of a port that is under way: its effect and its answer are two events, either of which may never happen. */
export class PendingCall {
  readonly worker: number;
  readonly name: string;
  readonly #course: CallCourse;
  #answer: (() => void) | undefined;

  private constructor(worker: number, name: string, course: CallCourse) {
    this.worker = worker;
    this.name = name;
    this.#course = course;
  }

  static of<T>(worker: number, name: string, operation: () => T): { call: PendingCall; answer: Promise<T> } {
    const { promise, resolve, reject: fail } = Promise.withResolvers<T>();
    const effect = () => {
      try {
        const value = operation();
        return () => {
          resolve(value);
        };
      } catch (error) {
        if (error instanceof Violation) throw error;
        return () => {
          fail(error);
        };
      }
    };
    return { call: new PendingCall(worker, name, { effect, fail }), answer: promise };
  }

  get hasHappened(): boolean {
    return this.#answer !== undefined;
  }

  /** @throws {Violation} when the effect breaks what must always hold. */
  happen(): void {
    this.#answer ??= this.#course.effect();
  }

  /** Lets it happen, if it has not, and gives the caller the answer. */
  answer(): void {
    this.happen();
    this.#answer?.();
  }

  /** The caller gets a failure instead of the answer. */
  loseAnswer(): void {
    this.#course.fail(new PassingFailure(`${this.name}: connection lost`));
  }
}

/** The calls of all workers. */
export class PendingCalls {
  /** Somebody waits for their answer. */
  readonly awaited: PendingCall[] = [];
  /** Nobody waits any more, but their effect may still happen: the zombies. */
  readonly ghosts: PendingCall[] = [];

  add<T>(worker: number, name: string, operation: () => T): Promise<T> {
    const { call, answer } = PendingCall.of(worker, name, operation);
    this.awaited.push(call);
    return answer;
  }

  finish(call: PendingCall): void {
    remove(this.awaited, call);
  }

  /** The caller is gone, or has been told that the call failed, while it is still on its way. */
  abandon(call: PendingCall): void {
    this.finish(call);
    if (!call.hasHappened) this.ghosts.push(call);
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
