import type { BatchRun } from './batch-run.ts';
import type { PendingCalls } from './pending-calls.ts';
import type { SimulatedHours } from './simulated-hours.ts';
import type { RetentionDefects, SimulatedRetention } from './simulated-retention.ts';
import { Stepwise } from './stepwise.ts';

export interface RetentionRunParts {
  readonly retention: SimulatedRetention;
  readonly hours: SimulatedHours;
  readonly calls: PendingCalls;
  readonly batchRuns: readonly BatchRun[];
  readonly defects: RetentionDefects;
}

/** Raises the floors to an hour and removes the rows below, one transaction at a time (libs/hourly-batch/src/retention). */
export class RetentionRun extends Stepwise {
  readonly floorMs: number;
  readonly #parts: RetentionRunParts;

  constructor(floorMs: number, parts: RetentionRunParts) {
    super();
    this.floorMs = floorMs;
    this.#parts = parts;
  }

  /** @throws {Violation} when bytes are lost or counted twice. Before it is finished, no transaction may be open any more. */
  protected override *play(): Generator<undefined, void> {
    const { retention, hours } = this.#parts;
    retention.floorMs = this.floorMs;
    hours.floorMs = this.floorMs;
    yield;
    yield* this.#writersOver();
    retention.record();
    hours.recordRemoved();
    yield;
    yield* this.#writersOver();
    retention.truncate();
  }

  /** Waits for the end of every transaction that exists now: it may have read an earlier floor. */
  *#writersOver(): Generator<undefined, void> {
    const { calls, batchRuns, defects } = this.#parts;
    if (defects.removesBesideWriters === true) return;
    const commits = calls.underWay('commitTotals');
    const results = batchRuns.filter(({ isWriting }) => isWriting);
    while (commits.some((call) => calls.isUnderWay(call)) || results.some(({ isWriting }) => isWriting)) yield;
  }
}
