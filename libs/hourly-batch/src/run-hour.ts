import { checkTotals } from './check-totals.ts';
import { HourBelowFloorError, HourNotFinalError, NewerResultError } from './errors.ts';
import { finality, type Finality, type HourLack } from './finality.ts';
import type { CommittedHour, HourCommit, HourManifest, HourPorts, HourPreview, HourTotals } from './ports.ts';
import { HourBeingErasedError, type HourInputs, selectInputs } from './select-inputs.ts';

export interface HourOptions {
  readonly allowedLatenessMs: number;
  /** Refuse an hour that is not final, before its files are read. */
  readonly requireFinal: boolean;
  /** Compute and check, but write nothing. */
  readonly dryRun: boolean;
}

/** The outcome of computing an hour, with the inputs that were read for it. */
export type HourResult = HourReading &
  (
    | { readonly outcome: 'written'; readonly committed: CommittedHour }
    | { readonly outcome: 'previewed'; readonly preview: HourPreview }
    | { readonly outcome: 'no-events' }
  );

interface HourReading {
  readonly hourMs: number;
  readonly revision: number;
  readonly finality: Finality;
  /** As of the reading of the manifest, like `finality`. */
  readonly lack: HourLack;
  readonly inputs: HourInputs;
  readonly totals: HourTotals;
  /** Sum of the events' bytes. */
  readonly eventBytes: bigint;
}

/**
 * Computes an hour from the archive and replaces its result (docs/commit-protocol.md, "Computing an hour"). An hour
 * without files that was never archived or computed is not written: only rows of other writers could be replaced, and
 * an empty listing is more likely a wrong ARCHIVE_URL than an hour without events. A known hour without files is
 * computed as empty.
 * @param hourMs start of the hour, milliseconds since 1970.
 * @throws {HourBelowFloorError} if retention removes results of that age.
 * @throws {HourNotFinalError} if a final hour is required and this one is not.
 * @throws {HourBeingErasedError} while an erasure replaces files of the hour.
 * @throws {ArchiveListingError | ArchiveContentError | TotalsContradictionError} when archive and manifest disagree.
 */
export async function runHour(ports: HourPorts, hourMs: number, options: HourOptions): Promise<HourResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptHour(ports, hourMs, options);
    } catch (error) {
      // Another run has committed a newer revision, or an erasure has made one: read the manifest again, so that both
      // runs end with the same result.
      const isOutdated = error instanceof NewerResultError || error instanceof HourBeingErasedError;
      if (!isOutdated || attempt === ATTEMPTS) throw error;
    }
  }
}

const ATTEMPTS = 3;

async function attemptHour(ports: HourPorts, hourMs: number, options: HourOptions): Promise<HourResult> {
  const before = await ports.store.readManifest(hourMs);
  if (before.isBelowFloor) throw HourBelowFloorError.of(hourMs);
  const { readAtMs: nowMs, partitions, awaitedEvents } = before;
  const { allowedLatenessMs } = options;
  const hourFinality = finality({ hourMs, awaitedEvents }, { nowMs, partitions, allowedLatenessMs });
  if (options.requireFinal && !hourFinality.isFinal) throw new HourNotFinalError(hourMs, hourFinality);
  const inputs = await readInputs(ports, hourMs, before);
  const totals = inputs.files.length === 0 ? NO_TOTALS : await ports.engine.aggregate(hourMs, inputs.files);
  const eventBytes = checkTotals(hourMs, inputs, totals);
  const reading = {
    hourMs,
    revision: before.revision,
    finality: hourFinality,
    lack: before,
    inputs,
    totals,
    eventBytes,
  };
  if (inputs.files.length === 0 && !before.isKnown) return { ...reading, outcome: 'no-events' };
  if (options.dryRun) return { ...reading, outcome: 'previewed', preview: await ports.store.preview(hourMs, totals) };
  const committed = await ports.store.commit(commitOf(reading, ports.engine.name, before.readAtMs));
  return { ...reading, outcome: 'written', committed };
}

const NO_TOTALS: HourTotals = { rows: [], events: 0, offsets: undefined };

async function readInputs({ store, folder }: HourPorts, hourMs: number, before: HourManifest): Promise<HourInputs> {
  const listed = await folder.list(hourMs);
  const inputs = selectInputs(hourMs, { before, listed, after: await store.readManifest(hourMs) });
  if (inputs.isForeign) await folder.checkForeignLayout(hourMs);
  return inputs;
}

function commitOf(reading: HourReading, engine: string, startedAtMs: number): HourCommit {
  const { hourMs, revision, inputs, totals, eventBytes } = reading;
  const wasFinal = reading.finality.isFinal;
  return { ...totals, hourMs, revision, wasFinal, engine, files: inputs.files, eventBytes, startedAtMs };
}

export type HourOutcome =
  | { readonly hourMs: number; readonly ok: true; readonly result: HourResult }
  | { readonly hourMs: number; readonly ok: false; readonly error: unknown };

/**
 * Computes hours one after another and yields the outcome of each. The failure of one hour does not stop the next.
 */
export async function* runHours(
  ports: HourPorts,
  hoursMs: readonly number[],
  options: HourOptions,
): AsyncGenerator<HourOutcome, void, void> {
  for (const hourMs of hoursMs) {
    yield await runHour(ports, hourMs, options).then(
      (result): HourOutcome => ({ hourMs, ok: true, result }),
      (error: unknown): HourOutcome => ({ hourMs, ok: false, error }),
    );
  }
}
