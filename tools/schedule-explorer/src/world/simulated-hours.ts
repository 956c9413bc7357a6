import { Violation } from '../checker/violation.ts';
import type { RetentionDefects } from './simulated-retention.ts';

/** A batch run's result: what it was computed from. */
export interface HourRun {
  /** The revision of the hour that was read before anything else. */
  readonly revision: number;
  readonly inputs: readonly string[];
}

/** How the bookkeeping of hours can be broken. */
export interface HoursDefects extends Pick<RetentionDefects, 'ignoresFloorOfHours'> {
  /** A run is recorded with the revision that the hour has by then. */
  readonly recordsLatestRevision?: boolean;
}

/** The tables `pipeline.hour` and `pipeline.batch_run`: which hours have changed since they were computed. */
export class SimulatedHours {
  readonly #defects: HoursDefects;
  readonly #revisions = new Map<number, number>();
  readonly #runs = new Map<number, HourRun>();
  /** The results of hours before this time (milliseconds since 1970) are removed. */
  #removedBelowMs = -Infinity;
  /** The retention floor: hours before it are not computed again. It only rises. */
  floorMs = -Infinity;

  constructor(defects: HoursDefects) {
    this.#defects = defects;
  }

  /** Hours of which there is any file. */
  get all(): readonly number[] {
    return [...this.#revisions.keys()];
  }

  get dirty(): readonly number[] {
    const isDirty = (hourMs: number) => this.revision(hourMs) > (this.#runs.get(hourMs)?.revision ?? 0);
    return this.all.filter((hourMs) => hourMs >= this.floorMs && isDirty(hourMs));
  }

  revision(hourMs: number): number {
    return this.#revisions.get(hourMs) ?? 0;
  }

  run(hourMs: number): HourRun | undefined {
    return this.#runs.get(hourMs);
  }

  touch(hours: readonly number[]): void {
    for (const hourMs of new Set(hours)) this.#revisions.set(hourMs, this.revision(hourMs) + 1);
  }

  /** From now on nobody reads the results below the floor. */
  recordRemoved(): void {
    this.#removedBelowMs = this.floorMs;
  }

  /**
   * @param floorMs as the transaction of the run has read it.
   * @returns false when the hour is below the floor, or a result of a newer revision is there already, which is kept.
   * @throws {Violation} when the result of an hour comes back that was removed.
   */
  record(hourMs: number, { revision, inputs }: HourRun, floorMs: number): boolean {
    if (hourMs < floorMs && this.#defects.ignoresFloorOfHours !== true) return false;
    if (hourMs < this.#removedBelowMs)
      throw new Violation(`the result of ${new Date(hourMs).toISOString()} comes back`);
    if ((this.#runs.get(hourMs)?.revision ?? 0) > revision) return false;
    const recorded = this.#defects.recordsLatestRevision === true ? this.revision(hourMs) : revision;
    this.#runs.set(hourMs, { revision: recorded, inputs });
    return true;
  }
}
