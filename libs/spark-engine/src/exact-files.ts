import { ArchiveContentError, type ListedFile } from '@antenna/hourly-batch';

/** What Hadoop takes for a part of a pattern unless a backslash stands before it. */
const PATTERN_CHARACTERS = /[\\{}[\]*?,]/g;

/** No path of Hadoop, or no text of SQL, can hold these. */
const UNSPEAKABLE = /\p{Cc}/u;

/**
 * A pattern for Spark that these files match, and no others: `<root>/<folder>/{a.parquet,b.parquet}`. SQL has no other
 * way to name more than one file.
 * @throws {ArchiveContentError} for a name that a pattern cannot say.
 */
export function patternOf(root: string, files: readonly ListedFile[]): string {
  const odd = files.find(({ path }) => UNSPEAKABLE.test(path));
  if (odd !== undefined) {
    throw new ArchiveContentError(
      `${JSON.stringify(odd.path)} cannot be read by Spark under this name; use --engine=duckdb`,
    );
  }
  const [folder = '', ...others] = new Set(files.map(({ path }) => folderOf(path)));
  const base = root.replace(/\/$/, '');
  if (others.length > 0) return `${literal(base)}/{${files.map(({ path }) => literal(path)).join(',')}}`;
  return `${literal(`${base}/${folder}`)}/{${files.map(({ path }) => literal(nameOf(path))).join(',')}}`;
}

/** A pattern that one path alone matches. */
export function literal(path: string): string {
  return path.replace(PATTERN_CHARACTERS, '\\$&');
}

/** The path, relative to the archive's root, of a file that Spark names by its whole URL. */
export function archivePathOf(url: string, files: readonly ListedFile[]): string {
  const decoded = decodeURIComponent(url);
  return files.find(({ path }) => decoded.endsWith(`/${path}`))?.path ?? url;
}

/** The file's own name. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
