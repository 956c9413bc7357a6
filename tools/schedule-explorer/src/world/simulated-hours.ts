/** A batch run's result: what it was computed from. */
export interface HourRun {
  /** The revision of the hour that was read before anything else. */
  readonly revision: number;
  readonly inputs: readonly string[];
}

/** How the bookkeeping of hours can be broken. */
export interface HoursDefects {
  /** A run is recorded with the revision that the hour has by then. */
  readonly recordsLatestRevision?: boolean;
}

/** The tables `pipeline.hour` and `pipeline.batch_run`: which hours have changed since they were computed. */
export class SimulatedHours {
  readonly #defects: HoursDefects;
  readonly #revisions = new Map<number, number>();
  readonly #runs = new Map<number, HourRun>();

  constructor(defects: HoursDefects) {
    this.#defects = defects;
  }

  /** Hours of which there is any file. */
  get all(): readonly number[] {
    return [...this.#revisions.keys()];
  }

  get dirty(): readonly number[] {
    return this.all.filter((hourMs) => this.revision(hourMs) > (this.#runs.get(hourMs)?.revision ?? 0));
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

  /** @returns false when a result of a newer revision is there already, which is kept. */
  record(hourMs: number, { revision, inputs }: HourRun): boolean {
    if ((this.#runs.get(hourMs)?.revision ?? 0) > revision) return false;
    const recorded = this.#defects.recordsLatestRevision === true ? this.revision(hourMs) : revision;
    this.#runs.set(hourMs, { revision: recorded, inputs });
    return true;
  }
}
