import { dirname } from 'node:path';
import { hourFolderSpellings } from '@antenna/archive-format';
import type { ArchiveLocation } from '@antenna/cli';
import { ArchiveError } from './archive-error.ts';
import type { ArchiveStore, Listing } from './archive-store.ts';
import { isVisibleName } from './visible-name.ts';

/** Folders in the root of a table whose log decides which of its files count: removed and half-written ones stay. */
const LOG_FOLDERS: ReadonlyMap<string, string> = new Map([
  ['_spark_metadata', "Spark's streaming file sink"],
  ['_delta_log', 'Delta Lake'],
  ['.hoodie', 'Apache Hudi'],
]);

const ICEBERG_METADATA = /(\.metadata\.json(\.gz)?|\/version-hint\.text)$/;

/** Opens the store at another place. */
type OpenStore = (location: ArchiveLocation) => Promise<ArchiveStore>;

/**
 * Refuses the root of a table whose format keeps a log of its files, since a listing would count files that the log
 * leaves out.
 * @throws {ArchiveError} ARCHIVE_LAYOUT
 */
export async function refuseTableLogs(store: ArchiveStore, location: ArchiveLocation, open: OpenStore): Promise<void> {
  const { folders } = await store.list('');
  for (const [folder, format] of LOG_FOLDERS) if (folders.includes(folder)) throw tableError(format, folder);
  if (await holdsIcebergMetadata(store)) throw tableError('Apache Iceberg', 'metadata');
  // Iceberg keeps its files in `data`, beside the log.
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

/** The folder names on the way to an hour. */
const KEYS = [/^year=\d+$/, /^month=\d{1,2}$/, /^day=\d{1,2}$/, /^hour=\d{1,2}$/];

/**
 * Refuses files of events that lie on the way to the folder of an hour, or below it: no hour would count them. In the root
 * only where it has no folder of a year: other data may lie beside an archive.
 * @throws {ArchiveError} ARCHIVE_LAYOUT naming the first such file.
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

/** `a/b` → `''`, `a`, `a/b` */
function foldersOnTheWay(path: string): readonly string[] {
  const names = path.split('/');
  return [...names, ''].map((_, depth) => names.slice(0, depth).join('/'));
}

interface Level {
  readonly folder: string;
  readonly listing: Listing;
  /** Which folders in it lead to hours; none below an hour. */
  readonly key: RegExp | undefined;
}

async function firstStray(store: ArchiveStore, { folder, listing, key }: Level): Promise<string | undefined> {
  const file = key === undefined ? undefined : listing.files.find(({ path }) => isOfEvents(path))?.path;
  if (file !== undefined) return file;
  const budget = { listings: MOST_LISTINGS };
  for (const name of listing.folders.filter((each) => isVisibleName(each) && key?.test(each) !== true)) {
    const found = await firstBelow(store, folder === '' ? name : `${folder}/${name}`, budget);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Enough for any layout by which an archive could have been written; what lies deeper or beyond is other data. */
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
    const found = await firstBelow(store, `${folder}/${name}`, budget);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Parquet by its name, or what a distributed job has written. */
function isOfEvents(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /\.(parquet|parq|pq)\b/i.test(name) || name.startsWith('part-');
}
