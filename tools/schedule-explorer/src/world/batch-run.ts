import { hourFolder } from './known-record.ts';
import type { SimulatedArchive } from './simulated-archive.ts';
import type { SimulatedHours } from './simulated-hours.ts';
import type { SimulatedStore } from './simulated-store.ts';
import type { Ledger } from '../checker/ledger.ts';
import { Violation } from '../checker/violation.ts';
import { Stepwise } from './stepwise.ts';

export interface BatchRunParts {
  readonly store: SimulatedStore;
  readonly archive: SimulatedArchive;
  readonly hours: SimulatedHours;
  readonly ledger: Pick<Ledger, 'hourIsFinal'>;
}

/** A batch run of an hour by the batch protocol, one step at a time so that anything may happen in between. */
export class BatchRun extends Stepwise {
  readonly hourMs: number;
  readonly #parts: BatchRunParts;
  /** Its transaction has read the retention floor, and has not ended. */
  isWriting = false;

  constructor(hourMs: number, parts: BatchRunParts) {
    super();
    this.hourMs = hourMs;
    this.#parts = parts;
  }

  /**
   * Reads the manifest, lists the files, reads the manifest again, and records, in a transaction that reads the retention floor
   * first, what was read first.
   * @throws {Violation} when a listing of the archive does not show each event exactly once.
   */
  protected override *play(): Generator<undefined, void> {
    const { store, hours, ledger } = this.#parts;
    if (store.isComplete(this.hourMs)) ledger.hourIsFinal(this.hourMs);
    const revision = hours.revision(this.hourMs);
    const inputs = store.filesOf(this.hourMs);
    yield;
    const listed = this.#list();
    const changed = inputs.find(({ path, checksum }) => listed.get(path) !== checksum);
    if (changed !== undefined) throw new Violation(`batch run: ${changed.path} is not the file that was listed`);
    yield;
    const unknown = [...listed.keys()].find((path) => !store.manifest.has(path) && !store.isIntended(path));
    if (unknown !== undefined) throw new Violation(`batch run: ${unknown} is neither listed nor intended`);
    yield;
    const { floorMs } = hours;
    this.isWriting = true;
    yield;
    hours.record(this.hourMs, { revision, inputs: inputs.map(({ path }) => path) }, floorMs);
    this.isWriting = false;
    requireCurrent(this.hourMs, this.#parts);
  }

  /** Checksums of the files in the hour's folder. */
  #list(): ReadonlyMap<string, string> {
    const folder = hourFolder(this.hourMs);
    const files = [...this.#parts.archive.files].filter(([path]) => path.startsWith(folder));
    return new Map(files.map(([path, { file }]) => [path, file.checksum]));
  }
}

/** @throws {Violation} when an hour counts as clean whose result is not that of the files which are listed now. */
export function requireCurrent(hourMs: number, { hours, store }: Pick<BatchRunParts, 'hours' | 'store'>): void {
  const run = hours.run(hourMs);
  if (run === undefined || run.revision < hours.revision(hourMs)) return;
  const listed = store.filesOf(hourMs).map(({ path }) => path);
  if (listed.join() === run.inputs.join()) return;
  throw new Violation(
    `hour ${hourFolder(hourMs)} counts as clean, but its result lacks ${listed.length - run.inputs.length} files`,
  );
}
