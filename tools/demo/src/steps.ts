import { ProductError } from '@antenna/cli';
import { inspect } from 'node:util';

/** A step of the demo did not come to its end. */
export class StepFailedError extends ProductError {
  readonly code = 'STEP_FAILED';
}

/** The demo was ended before its last step. */
export class InterruptedError extends ProductError {
  readonly code = 'INTERRUPTED';
}

/** Shows what is going on, a line at a time. */
export type Tell = (line: string) => void;

/** Does one step after the other and shows each. */
export interface Steps {
  /** @throws {StepFailedError} naming the step, when `work` throws. */
  run<T>(title: string, work: (tell: Tell) => Promise<T>): Promise<T>;
}

/** @param signal ends the demo before the next step and, in those steps that know it, before their end. */
export function numberedSteps(total: number, tell: Tell, signal: AbortSignal): Steps {
  let number = 0;
  return {
    async run(title, work) {
      const name = `step ${++number} of ${total} (${title})`;
      const startedMs = performance.now();
      tell(`[${number}/${total}] ${title}`);
      try {
        signal.throwIfAborted();
        const result = await work((line) => {
          tell(`      ${line}`);
        });
        tell(`      ${secondsSince(startedMs)}`);
        return result;
      } catch (error) {
        if (signal.aborted) throw new InterruptedError(`the demo was ended in ${name}; nothing was proven`);
        const text = `${name} failed after ${secondsSince(startedMs)}: ${reasonOf(error)}`;
        throw new StepFailedError(text, { cause: error });
      }
    },
  };
}

export function secondsSince(startedMs: number): string {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}

/** What the product foresaw in one line, anything else with its stack. */
function reasonOf(error: unknown): string {
  return error instanceof ProductError ? `${error.code}: ${error.message}` : inspect(error);
}
