import { ProductError } from '@antenna/cli';

/** An image, a container or the cluster is not what it promises to be. */
export class CheckFailedError extends ProductError {
  readonly code = 'CHECK_FAILED';
}

/** Takes a line for people. */
export type Say = (line: string) => void;

/** Runs checks one after another, and prints each with its result and the time that it took. */
export class CheckList {
  readonly #say: Say;
  readonly #failed: string[] = [];
  #done = 0;

  constructor(say: Say) {
    this.#say = say;
  }

  /**
   * @param work resolves with a remark, or nothing; what it throws is the reason why the check has failed.
   * @returns whether all was well.
   */
  async check(title: string, work: () => Promise<string | undefined>): Promise<boolean> {
    const startedMs = performance.now();
    const line = (result: string, remark: string) =>
      `${result.padEnd(4)} ${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${title}${remark}`;
    try {
      const remark = await work();
      this.#say(line('ok', remark === undefined ? '' : `: ${remark}`));
      this.#done += 1;
      return true;
    } catch (error) {
      this.#failed.push(title);
      this.#say(line('FAIL', `\n${indented(error instanceof Error ? error.message : String(error))}`));
      return false;
    }
  }

  /** Likewise, and ends the list when it fails: all that follows needs it. @throws {CheckFailedError} */
  async require(title: string, work: () => Promise<string | undefined>): Promise<void> {
    if (!(await this.check(title, work))) this.end();
  }

  /** @throws {CheckFailedError} unless every check was well. */
  end(): void {
    this.#say(`${this.#done} checks were well, ${this.#failed.length} failed`);
    if (this.#failed.length > 0) throw new CheckFailedError(`not as it should be: ${this.#failed.join('; ')}`);
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '       ');
}
