import { ERASED_ID } from '@antenna/archive-format';
import { ONE_HOUR } from '@antenna/windowing';
import { hourText } from '../errors.ts';
import type {
  ArchivedHour,
  ErasableArchive,
  ErasableFile,
  ErasedRecords,
  ErasureManifest,
  ErasureTables,
  ReadPositions,
  UserFinder,
} from './ports.ts';
import { type Erasure, rewriteFile } from './rewrite-file.ts';
import { waitForSinks } from './wait-for-sinks.ts';

export interface ErasurePorts {
  readonly stream: ReadPositions;
  readonly manifest: ErasureManifest;
  readonly tables: ErasureTables;
  readonly archive: ErasableArchive;
  readonly finder: UserFinder;
}

interface ErasureOptions {
  /** Whether to list files anew that an earlier erasure has rewritten and a restored manifest does not know. */
  readonly afterRestore?: boolean;
  /** Waits for a moment while the sinks read on; false when the time is over. */
  readonly pause: () => Promise<boolean>;
  /** Called with each hour of the archive before it is searched. */
  readonly onHour?: (hourMs: number) => void;
}

/** What an erasure has found and removed. All zero when nothing of the user was left. */
export interface ErasureResult {
  readonly erasure: number;
  /** Hours of the archive whose files were searched, with those that have failed. */
  readonly searchedHours: readonly number[];
  /** Files of the archive that were searched, and those that were rewritten, also in hours that have failed. */
  readonly searchedFiles: number;
  readonly rewrittenFiles: number;
  /** Events that lost their id in these files. */
  readonly events: number;
  /** Hours in whose totals the user was. */
  readonly hours: number;
  /** Undefined when hours have failed: the records are deleted last. */
  readonly records: ErasedRecords | undefined;
  readonly failures: readonly { readonly hourMs: number; readonly error: unknown }[];
}

/** Files of an hour changed in every attempt to rewrite them, or are not those that the manifest lists. */
class ErasureConflictError extends Error {
  readonly code = 'ERASURE_CONFLICT';
  override readonly name = 'ErasureConflictError';

  constructor(hourMs: number, paths: readonly string[]) {
    super(
      `hour ${hourText(hourMs)} was not erased: ${paths.join(', ')} changed while it was rewritten, or is not the file ` +
        'that the manifest lists',
    );
  }
}

/**
 * Erases a person from the archive and from all tables (docs/decisions/0020-erasure.md): first from the files, hour by
 * hour, then from the totals, and last from all other records. It can be ended at any moment and run again. The failure of
 * one hour does not stop the next.
 * @throws {RecordsWaitingError} before anything was erased.
 */
export async function eraseUser(
  ports: ErasurePorts,
  userId: string,
  { pause, onHour, afterRestore = false }: ErasureOptions,
): Promise<ErasureResult> {
  await waitForSinks(ports.stream, pause);
  const erasure = await ports.tables.begin();
  const { hours: rewrittenHours, ...files } = await eraseFiles(ports, { userId, erasure, afterRestore }, onHour);
  const hours = new Set([...rewrittenHours, ...(await eraseTotals(ports.tables, userId))]);
  const records = files.failures.length === 0 ? await ports.tables.eraseRecords(userId, erasure) : undefined;
  return { erasure, ...files, hours: hours.size, records };
}

type ErasedFiles = Omit<ErasureResult, 'erasure' | 'hours' | 'records'> & { readonly hours: readonly number[] };

/** Rewrites the files of every hour of the manifest. */
async function eraseFiles(ports: ErasurePorts, run: Erasure, onHour: ErasureOptions['onHour']): Promise<ErasedFiles> {
  const failures: { hourMs: number; error: unknown }[] = [];
  const searchedHours: number[] = [];
  const hours: number[] = [];
  const events: number[] = [];
  let searchedFiles = 0;
  for (let hour = await ports.manifest.nextHour(0); hour !== undefined;) {
    const { hourMs, files } = hour;
    onHour?.(hourMs);
    searchedHours.push(hourMs);
    searchedFiles += files.length;
    const ofHour: number[] = [];
    try {
      await eraseArchivedHour(ports, hour, run, ofHour);
      if (ofHour.length > 0) hours.push(hourMs);
    } catch (error) {
      failures.push({ hourMs, error });
    }
    events.push(...ofHour);
    hour = await ports.manifest.nextHour(hourMs + ONE_HOUR.sizeMs);
  }
  const sum = events.reduce((total, each) => total + each, 0);
  return { searchedHours, searchedFiles, rewrittenFiles: events.length, events: sum, hours, failures };
}

/**
 * The totals follow the files at once, so that hardly any run finds the user in its former result and not in its files.
 * @param events gets the number of erased events of each file that was rewritten, also if the hour then fails.
 */
async function eraseArchivedHour(
  ports: ErasurePorts,
  hour: ArchivedHour,
  run: Erasure,
  events: number[],
): Promise<void> {
  await rewriteHour(ports, hour, run, events);
  if (events.length > 0) await ports.tables.eraseHour(run.userId, hour.hourMs);
}

/** Attempts to rewrite a file that another erasure or a lost answer has changed meanwhile. */
const ATTEMPTS = 4;

async function rewriteHour(ports: ErasurePorts, archived: ArchivedHour, run: Erasure, events: number[]): Promise<void> {
  let hour = archived;
  for (let attempt = 1; ; attempt += 1) {
    const changed: string[] = [];
    for (const file of await filesToRewrite(ports.finder, hour, run)) {
      const rewriting = await rewriteFile(ports, file, run);
      if (rewriting === 'changed') changed.push(file.path);
      else if (rewriting !== 'unneeded') events.push(rewriting.events);
    }
    if (changed.length === 0) return;
    if (attempt === ATTEMPTS) throw new ErasureConflictError(archived.hourMs, changed);
    hour = (await ports.manifest.nextHour(archived.hourMs)) ?? hour;
  }
}

/** The files with the user, those that a killed erasure has announced, and after a restore those with erased events. */
async function filesToRewrite(
  finder: UserFinder,
  { files }: ArchivedHour,
  { userId, afterRestore }: Erasure,
): Promise<readonly ErasableFile[]> {
  const found = await finder.find(userId, files);
  const erased = afterRestore ? await finder.find(ERASED_ID, files) : new Map<string, number>();
  return files.filter(({ path, replacements }) => found.has(path) || erased.has(path) || replacements.length > 0);
}

/** @returns the hours in whose totals the user was. */
async function eraseTotals(tables: ErasureTables, userId: string): Promise<readonly number[]> {
  const erased: number[] = [];
  for (let fromMs: number | undefined = 0; fromMs !== undefined;) {
    const { hoursMs, nextMs } = await tables.hoursOf(userId, fromMs);
    for (const hourMs of hoursMs) await tables.eraseHour(userId, hourMs);
    erased.push(...hoursMs);
    fromMs = nextMs;
  }
  return erased;
}
