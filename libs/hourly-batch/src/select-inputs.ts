import { ArchiveListingError, hourText } from './errors.ts';
import type { HourManifest, ListedFile, ManifestFile } from './ports.ts';

/** The files to read: those of the manifest, or the listed files of a foreign archive. */
export type HourInputs =
  | { readonly isForeign: false; readonly files: readonly ManifestFile[] }
  | { readonly isForeign: true; readonly files: readonly ListedFile[] };

export interface HourReadings {
  /** The manifest before the folder was listed. */
  readonly before: HourManifest;
  readonly listed: readonly ListedFile[];
  /** The manifest after the folder was listed. */
  readonly after: HourManifest;
}

/** A problem of one file. */
export interface FileProblem {
  readonly path: string;
  readonly problem: string;
}

/**
 * Selects the files of the first reading of the manifest, if the listing agrees with it.
 * @throws {ArchiveListingError} naming every file that is missing, has another size, or is unknown to the store.
 * @throws {HourBeingErasedError} when an erasure is the only reason for a difference.
 */
export function selectInputs(hourMs: number, readings: HourReadings): HourInputs {
  const problems = listingProblems(readings);
  if (problems.length > 0) {
    const paths = problems.map(({ path }) => path);
    if (problems.every(({ problem }) => problem === BEING_ERASED)) throw new HourBeingErasedError(hourMs, paths);
    throw new ArchiveListingError(
      hourMs,
      problems.map(({ path, problem }) => `${path} ${problem}`),
    );
  }
  const { before, listed } = readings;
  return isForeign(readings) ? { isForeign: true, files: listed } : { isForeign: false, files: before.files };
}

/**
 * Whether both readings found no file of our own. If the second found one, the archive is ours and was empty before.
 */
export function isForeign({ before, after }: HourReadings): boolean {
  return before.isForeign && after.isForeign;
}

/** An erasure that was killed leaves files in this state, and the next erasure of any user settles them. */
const BEING_ERASED =
  'is being rewritten by batch-layer:erase (if that was ended, run it again, for the same or any user)';

/** An erasure is replacing files of the hour, or has replaced some while they were looked at. Nothing was written. */
export class HourBeingErasedError extends Error {
  readonly code = 'HOUR_BEING_ERASED';
  override readonly name = 'HourBeingErasedError';

  constructor(hourMs: number, paths: readonly string[]) {
    super(`files of hour ${hourText(hourMs)} are being rewritten by an erasure: ${paths.join(', ')}`);
  }
}

/**
 * The differences between listing and manifest. Files are only created, and an intent names each file before it exists.
 * So a listed file that is neither in the second reading nor in an open intent is not ours. An erasure announces that it
 * replaces a file, and the manifest says so until it lists the new one.
 */
export function listingProblems(readings: HourReadings): readonly FileProblem[] {
  if (isForeign(readings)) return [];
  const { before, listed, after } = readings;
  const inManifest = new Map(after.files.map((file) => [file.path, file]));
  const intended = new Set(after.intendedPaths);
  const sizes = new Map(listed.map(({ path, sizeBytes }) => [path, sizeBytes]));
  return [
    ...before.files.flatMap((file) => {
      const current = withErasureSince(file, inManifest.get(file.path));
      return listingContradiction(current, sizes.get(file.path));
    }),
    ...listed
      .filter(({ path }) => !inManifest.has(path) && !intended.has(path))
      .map(({ path }) => ({ path, problem: 'is known neither to the manifest nor to an open intent' })),
  ];
}

/** A file of the first reading, with the erasure that the second reading shows: it is under way, or has ended since. */
function withErasureSince(file: ManifestFile, now: ManifestFile | undefined): ManifestFile {
  const isChanged = now !== undefined && (now.isBeingErased === true || now.checksum !== file.checksum);
  return isChanged ? { ...file, isBeingErased: true } : file;
}

/** The difference between a file of the manifest and its listing; a file that is not listed is missing. */
export function listingContradiction(
  { path, sizeBytes, isBeingErased = false }: ManifestFile,
  listedBytes: number | undefined,
): FileProblem[] {
  if (listedBytes === undefined) return [{ path, problem: 'is missing' }];
  if (isBeingErased) return [{ path, problem: BEING_ERASED }];
  return listedBytes === sizeBytes ? [] : [{ path, problem: `has ${listedBytes} bytes instead of ${sizeBytes}` }];
}
