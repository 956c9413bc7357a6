import { ArchiveListingError } from './errors.ts';
import type { HourManifest, ListedFile, ManifestFile } from './ports.ts';

/** The files to read: with what the manifest says of each, or without in an archive that others have written. */
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

/** What is wrong with a file. */
export interface FileProblem {
  readonly path: string;
  readonly problem: string;
}

/**
 * The files of the first reading, provided that the listing agrees.
 * @throws {ArchiveListingError} naming every file that is missing, of another size, or nobody's.
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

/** An archive whose first file is listed meanwhile is ours, and had none at the first reading. */
export function isForeign({ before, after }: HourReadings): boolean {
  return before.isForeign && after.isForeign;
}

/**
 * Where listing and manifest disagree. Files are only ever created, and each is intended before it exists: so a file
 * that is listed and that neither the second reading nor an open intent knows is nobody's.
 */
export function listingProblems(readings: HourReadings): readonly FileProblem[] {
  if (isForeign(readings)) return [];
  const { before, listed, after } = readings;
  const known = new Set([...after.files.map(({ path }) => path), ...after.intendedPaths]);
  const sizes = new Map(listed.map(({ path, sizeBytes }) => [path, sizeBytes]));
  return [
    ...before.files.flatMap((file) => contradiction(file, sizes.get(file.path))),
    ...listed
      .filter(({ path }) => !known.has(path))
      .map(({ path }) => ({ path, problem: 'is known neither to the manifest nor to an open intent' })),
  ];
}

function contradiction({ path, sizeBytes }: ManifestFile, listedBytes: number | undefined): FileProblem[] {
  if (listedBytes === undefined) return [{ path, problem: 'is missing' }];
  return listedBytes === sizeBytes ? [] : [{ path, problem: `has ${listedBytes} bytes instead of ${sizeBytes}` }];
}
