import { ArchiveListingError } from './errors.ts';
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
 */
export function selectInputs(hourMs: number, readings: HourReadings): HourInputs {
  const problems = listingProblems(readings);
  if (problems.length > 0) {
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

/**
 * The differences between listing and manifest. Files are only created, and an intent names each file before it exists.
 * So a listed file that is neither in the second reading nor in an open intent is not ours.
 */
export function listingProblems(readings: HourReadings): readonly FileProblem[] {
  if (isForeign(readings)) return [];
  const { before, listed, after } = readings;
  const known = new Set([...after.files.map(({ path }) => path), ...after.intendedPaths]);
  const sizes = new Map(listed.map(({ path, sizeBytes }) => [path, sizeBytes]));
  return [
    ...before.files.flatMap((file) => listingContradiction(file, sizes.get(file.path))),
    ...listed
      .filter(({ path }) => !known.has(path))
      .map(({ path }) => ({ path, problem: 'is known neither to the manifest nor to an open intent' })),
  ];
}

/** The difference between a file of the manifest and its listing; a file that is not listed is missing. */
export function listingContradiction(
  { path, sizeBytes }: ManifestFile,
  listedBytes: number | undefined,
): FileProblem[] {
  if (listedBytes === undefined) return [{ path, problem: 'is missing' }];
  return listedBytes === sizeBytes ? [] : [{ path, problem: `has ${listedBytes} bytes instead of ${sizeBytes}` }];
}
