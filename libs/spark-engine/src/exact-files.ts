import { ArchiveContentError, type ListedFile } from '@antenna/hourly-batch';

/** Characters with a meaning in Hadoop's patterns; a backslash escapes them. */
const PATTERN_CHARACTERS = /[\\{}[\]*?,]/g;

/** Control characters, which neither Hadoop paths nor SQL texts can hold. */
const UNSPEAKABLE = /\p{Cc}/u;

/**
 * A pattern for Spark that matches exactly these files: `<root>/<folder>/{a.parquet,b.parquet}`. SQL offers no other
 * way to name more than one file.
 * @throws {ArchiveContentError} for a name with a control character.
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

/** A pattern that matches only this path. */
export function literal(path: string): string {
  return path.replace(PATTERN_CHARACTERS, '\\$&');
}

/** The path, relative to the archive's root, of a file that Spark names by its URL. */
export function archivePathOf(url: string, files: readonly ListedFile[]): string {
  const decoded = decodeURIComponent(url);
  return files.find(({ path }) => decoded.endsWith(`/${path}`))?.path ?? url;
}

/** The name of a file without its folders. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
