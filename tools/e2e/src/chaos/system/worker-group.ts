import { setTimeout as delay } from 'node:timers/promises';
import { type Failpoint, failpointText } from '../../failpoint.ts';
import { type Ending, judge, lastLines } from './ending.ts';
import type { Tally } from './run-log.ts';

/** A process, as far as the group looks at it. */
export interface WorkerProcess {
  readonly pid?: number | undefined;
  kill(signal: NodeJS.Signals): boolean;
  readonly ended: Promise<Ending>;
}

export interface WorkerGroupParts {
  /** Starts a worker that serves. */
  readonly start: (failpoint: Failpoint | undefined) => WorkerProcess;
  readonly tally: Tally;
  /** Told how each worker has ended. */
  readonly log: (line: string) => void;
}

/** Between the end of a worker that gave up and the start of its successor. */
const RESTART_MS = 300;

interface Slot {
  isToStay: boolean;
  process: WorkerProcess | undefined;
  life: Promise<void>;
}

/** Workers of one consumer group, each of which is started again whenever it ends, until it is to leave. */
export class WorkerGroup {
  readonly #parts: WorkerGroupParts;
  readonly #slots: Slot[] = [];
  readonly #armed: Failpoint[] = [];
  readonly #unexpected: string[] = [];
  readonly #leaving: Promise<void>[] = [];
  readonly #expected: { readonly code: string; overMs: number }[] = [];
  #held: Promise<unknown> = Promise.resolve();

  constructor(parts: WorkerGroupParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** Endings that no fault explains. */
  get unexpected(): readonly string[] {
    return this.#unexpected;
  }

  /** Failpoints that no worker has reached yet. */
  get unreached(): readonly Failpoint[] {
    return this.#armed;
  }

  /** Lets workers join, or asks the last ones to leave. */
  resize(size: number): void {
    while (this.#slots.length < size) this.#slots.push(this.#newSlot());
    for (const slot of this.#slots.splice(size)) {
      slot.isToStay = false;
      slot.process?.kill('SIGTERM');
      this.#leaving.push(slot.life);
    }
  }

  /** Kills so many of them at once. Their successors start at once. @param first whom to begin with. */
  kill(first: number, count: number): void {
    for (const slot of this.#chosen(first, count)) slot.process?.kill('SIGKILL');
  }

  /** The next workers that start are going to die at these points, one each. */
  arm(failpoints: readonly Failpoint[]): void {
    this.#armed.push(...failpoints);
  }

  /** Stops one in the midst, and lets it go on later. */
  async freeze(pid: number, ms: number): Promise<void> {
    const frozen = this.#slots.map(({ process }) => process).filter((process) => process?.pid === pid);
    await this.#frozen(frozen, () => delay(ms));
  }

  /** Stops all of them while `work` is done. Whoever is started meanwhile waits. */
  async whileFrozen<T>(work: () => Promise<T>): Promise<T> {
    const held = Promise.withResolvers<undefined>();
    this.#held = held.promise;
    try {
      return await this.#frozen(
        this.#slots.map(({ process }) => process),
        work,
      );
    } finally {
      held.resolve(undefined);
    }
  }

  /** Workers may end with an error of this code, until `over` is called; they are started again as after any other end. */
  expect(code: string): { readonly over: () => void } {
    const expected = { code, overMs: Number.POSITIVE_INFINITY };
    this.#expected.push(expected);
    return {
      over: () => {
        expected.overMs = performance.now();
      },
    };
  }

  /** Asks all to leave and waits until they have. */
  async stop(): Promise<void> {
    this.resize(0);
    await Promise.all(this.#leaving);
  }

  /** Ends what is left, however. */
  abandon(): void {
    for (const { process } of this.#slots) process?.kill('SIGKILL');
    this.#slots.forEach((slot) => (slot.isToStay = false));
  }

  /** It may have changed while something was awaited. */
  #isToStay({ isToStay }: Slot): boolean {
    return isToStay;
  }

  #newSlot(): Slot {
    const slot: Slot = { isToStay: true, process: undefined, life: Promise.resolve() };
    slot.life = this.#live(slot);
    return slot;
  }

  async #live(slot: Slot): Promise<void> {
    while (slot.isToStay) {
      await this.#held;
      if (!this.#isToStay(slot)) return;
      const failpoint = this.#armed.shift();
      const startedMs = performance.now();
      slot.process = this.#parts.start(failpoint);
      const ending = await slot.process.ended;
      slot.process = undefined;
      const verdict = judge(ending);
      this.#parts.log(`worker ${verdict}${failpoint === undefined ? '' : ` (armed ${failpointText(failpoint)})`}`);
      this.#parts.tally.count(`worker ${verdict}`);
      this.#parts.tally.count('refused by the fence, and claimed anew', refusals(ending));
      if (failpoint !== undefined) this.#tellFailpoint(failpoint, ending.printed, verdict === 'killed');
      if (verdict === 'unexpected' && !this.#isExpected(ending, startedMs)) this.#noteUnexpected(ending);
      if (verdict !== 'killed') await delay(RESTART_MS);
    }
  }

  /** One that began before it was over may have seen it. */
  #isExpected({ printed }: Ending, startedMs: number): boolean {
    return this.#expected.some(({ code, overMs }) => startedMs < overMs && lastLines(printed).includes(code));
  }

  #noteUnexpected({ exitCode, signal, printed }: Ending): void {
    this.#unexpected.push(`a worker ended with ${String(exitCode ?? signal)}: ${lastLines(printed)}`);
  }

  /** One that was killed before it got there leaves it to the next. */
  #tellFailpoint(failpoint: Failpoint, printed: string, isKilled: boolean): void {
    if (isKilled && printed.includes(`failpoint ${failpointText(failpoint)} reached`)) {
      this.#parts.tally.count(`SIGKILL ${failpoint.moment} ${failpoint.step}`);
    } else this.#armed.push(failpoint);
  }

  async #frozen<T>(processes: readonly (WorkerProcess | undefined)[], work: () => Promise<T>): Promise<T> {
    for (const process of processes) process?.kill('SIGSTOP');
    try {
      return await work();
    } finally {
      for (const process of processes) process?.kill('SIGCONT');
    }
  }

  #chosen(first: number, count: number): readonly Slot[] {
    const running = this.#slots.filter(({ process }) => process !== undefined);
    return Array.from(
      { length: Math.min(count, running.length) },
      (_, index) => running[(first + index) % running.length],
    ).filter((slot) => slot !== undefined);
  }
}

/** How often the fence refused a worker, which then claimed anew. */
function refusals({ printed }: Ending): number {
  return printed.split('"refused; claiming again"').length - 1;
}
