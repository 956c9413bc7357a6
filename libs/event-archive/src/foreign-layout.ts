import { dirname, posix } from 'node:path';
import { hourFolderSpellings } from '@antenna/archive-format';
import type { ArchiveLocation } from './settings/archive-url.ts';
import { ArchiveError } from './archive-error.ts';
import { type ArchiveStore, isVisibleName, type Listing } from './archive-store.ts';

/** Root folders of table formats whose log decides which files count: removed and unfinished files stay in place. */
const LOG_FOLDERS: ReadonlyMap<string, string> = new Map([
  ['_spark_metadata', "Spark's streaming file sink"],
  ['_delta_log', 'Delta Lake'],
  ['.hoodie', 'Apache Hudi'],
]);

const ICEBERG_METADATA = /(\.metadata\.json(\.gz)?|\/version-hint\.text)$/;

/** Opens a store at another location. */
type OpenStore = (location: ArchiveLocation) => Promise<ArchiveStore>;

/**
 * Refuses the root of a table whose format keeps a log of its files: a listing would count files that the log leaves
 * out.
 * @throws {ArchiveError} ARCHIVE_LAYOUT
 */
export async function refuseTableLogs(store: ArchiveStore, location: ArchiveLocation, open: OpenStore): Promise<void> {
  const { folders } = await store.list('');
  for (const [folder, format] of LOG_FOLDERS) if (folders.includes(folder)) throw tableError(format, folder);
  if (await holdsIcebergMetadata(store)) throw tableError('Apache Iceberg', 'metadata');
  // The data files of Iceberg are in `data`, beside the metadata.
  const parent = parentOfData(location);
  if (parent === undefined) return;
  if (await holdsIcebergMetadata(await open(parent))) throw tableError('Apache Iceberg', '../metadata');
}

async function holdsIcebergMetadata(store: ArchiveStore): Promise<boolean> {
  return (await store.list('metadata')).files.some(({ path }) => ICEBERG_METADATA.test(path));
}

function parentOfData(location: ArchiveLocation): ArchiveLocation | undefined {
  if (location.kind === 'file') {
    return location.path.endsWith('/data') ? { kind: 'file', path: dirname(location.path) } : undefined;
  }
  return /(^|\/)data$/.test(location.prefix)
    ? { ...location, prefix: location.prefix.replace(/\/?data$/, '') }
    : undefined;
}

function tableError(format: string, folder: string): ArchiveError {
  return new ArchiveError(
    'ARCHIVE_LAYOUT',
    `ARCHIVE_URL is a table of ${format}: its log in ${folder} decides which files count, and the folders hold others ` +
      'beside them; export the table with its own engine, as plain Parquet files in folders year=/month=/day=/hour= of ' +
      'another place, and set ARCHIVE_URL to that place',
  );
}

/** Patterns of the folder names between the root and an hour. */
const KEYS = [/^year=\d+$/, /^month=\d{1,2}$/, /^day=\d{1,2}$/, /^hour=\d{1,2}$/];

/**
 * Refuses event files in the parent folders of an hour, or below its folder: no hour would count them. Files in the
 * root are refused only if it has no folder of a year, since other data may lie beside an archive.
 * @throws {ArchiveError} ARCHIVE_LAYOUT with the first such file.
 */
export async function refuseStrays(store: ArchiveStore, hourMs: number): Promise<void> {
  for (const folder of new Set(hourFolderSpellings(hourMs).flatMap(foldersOnTheWay))) {
    const listing = await store.list(folder);
    const depth = folder === '' ? 0 : folder.split('/').length;
    if (depth === 0 && listing.folders.some((name) => KEYS[0]?.test(name))) continue;
    const stray = await firstStray(store, { folder, listing, key: KEYS[depth] });
    if (stray === undefined) continue;
    throw new ArchiveError(
      'ARCHIVE_LAYOUT',
      `${stray} lies where no hour is looked for: the events of an hour are the files right in the folder ` +
        'year=Y/month=M/day=D/hour=H of ARCHIVE_URL, in UTC; move it there if it holds events, move it away if not, or ' +
        'correct ARCHIVE_URL',
    );
  }
}

/** The root and all folders of a path: `a/b` → `''`, `a`, `a/b` */
function foldersOnTheWay(path: string): readonly string[] {
  const names = path.split('/');
  return [...names, ''].map((_, depth) => names.slice(0, depth).join('/'));
}

interface Level {
  readonly folder: string;
  readonly listing: Listing;
  /** Matches the subfolders that lead to hours; undefined below an hour. */
  readonly key: RegExp | undefined;
}

async function firstStray(store: ArchiveStore, { folder, listing, key }: Level): Promise<string | undefined> {
  const file = key === undefined ? undefined : listing.files.find(({ path }) => isOfEvents(path))?.path;
  if (file !== undefined) return file;
  const budget = { listings: MOST_LISTINGS };
  for (const name of listing.folders.filter((each) => isVisibleName(each) && key?.test(each) !== true)) {
    const found = await firstBelow(store, posix.join(folder, name), budget);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Limit of the search. It covers any plausible layout of an archive; deeper folders hold other data. */
const MOST_LISTINGS = 200;

async function firstBelow(
  store: ArchiveStore,
  folder: string,
  budget: { listings: number },
): Promise<string | undefined> {
  if (budget.listings === 0) return undefined;
  budget.listings -= 1;
  const { files, folders } = await store.list(folder);
  const file = files.find(({ path }) => isOfEvents(path));
  if (file !== undefined) return file.path;
  for (const name of folders.filter(isVisibleName)) {
    const found = await firstBelow(store, posix.join(folder, name), budget);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether the file is Parquet by its name, or the output of a distributed job. */
function isOfEvents(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /\.(parquet|parq|pq)\b/i.test(name) || name.startsWith('part-');
}
