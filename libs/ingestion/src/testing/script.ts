/** The transient failure of a scripted call. */
export class PassingFailure extends Error {
  override readonly name = 'PassingFailure';
}

/** A planned call fails before its effect, or has its effect and loses its answer, or waits for a promise. */
export type CallPlan = 'fail' | 'lose answer' | Promise<unknown>;

/** Plans the outcomes of a port's calls. A call without a plan succeeds. */
export class Script {
  readonly calls: string[] = [];
  readonly #plans = new Map<string, CallPlan[]>();

  /** Plans the next calls of that name, in order. */
  plan(call: string, ...plans: CallPlan[]): void {
    this.#plans.set(call, [...(this.#plans.get(call) ?? []), ...plans]);
  }

  async run<T>(call: string, effect: () => T): Promise<T> {
    this.calls.push(call);
    const plan = this.#plans.get(call)?.shift();
    if (plan instanceof Promise) await plan;
    if (plan === 'fail') throw new PassingFailure(`${call} failed`);
    const result = effect();
    if (plan === 'lose answer') throw new PassingFailure(`the answer of ${call} was lost`);
    return result;
  }
}
