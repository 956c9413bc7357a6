/** Why a scripted call fails: the kind of failure that passes by itself. */
export class PassingFailure extends Error {
  override readonly name = 'PassingFailure';
}

/** How a call goes: it fails before it had an effect, or only its answer is lost, or it waits. */
export type CallPlan = 'fail' | 'lose answer' | Promise<unknown>;

/** Plays how calls of a port go. A call for which nothing is planned succeeds. */
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
