import { ArchiveContentError, type ListedFile } from '@antenna/hourly-batch';

/** Names that mean themselves in a path pattern of Hadoop and in a text of SQL. */
const PLAIN_NAME = /^[\w.=+@%-]+$/;

/**
 * A pattern for Spark that these files match, and no others: `<root>/<folder>/{a.parquet,b.parquet}`. SQL has no other
 * way to name more than one file.
 * @throws {ArchiveContentError} for files of several folders, or with names that a pattern cannot say.
 */
export function patternOf(root: string, files: readonly ListedFile[]): string {
  const folders = new Set(files.map(({ path }) => folderOf(path)));
  const [folder = '', ...others] = folders;
  if (others.length > 0) throw new ArchiveContentError(`files of several folders: ${[...folders].join(', ')}`);
  const names = files.map(({ path }) => nameOf(path));
  const odd = names.find((name) => !PLAIN_NAME.test(name));
  if (odd !== undefined) {
    throw new ArchiveContentError(`${folder}/${odd} cannot be read by Spark under this name; use --engine=duckdb`);
  }
  return `${root.replace(/\/$/, '')}/${folder}/{${names.join(',')}}`;
}

/** The file's own name. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
