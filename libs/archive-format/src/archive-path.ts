/** What the name of an archive file says: which offsets of which partition it holds, of which event hour. */
export interface ArchiveFileName {
  readonly topic: string;
  readonly partition: number;
  /** Of the partition's log: how many times it was truncated and the truncation acknowledged. 0 is not written. */
  readonly generation?: number;
  /** First offset of the chunk, and the one after its last: [startOffset, endOffset). */
  readonly startOffset: number;
  readonly endOffset: number;
  /** Start of the event hour, milliseconds since 1970. */
  readonly hourMs: number;
}

/** Offsets sort by name up to 10^12; larger ones are written in full all the same. */
const OFFSET_DIGITS = 12;

const FOLDER = /^year=(\d{1,6})\/month=(\d{1,2})\/day=(\d{1,2})\/hour=(\d{1,2})$/;
const FILE = /^(?<topic>.+)-(?<partition>\d+)(?:\.(?<generation>\d+))?-(?<start>\d{12,16})-(?<end>\d{12,16})\.parquet$/;

/**
 * The folder of an event hour, relative to the archive's root, in the form that Spark, DuckDB, BigQuery and Trino
 * discover as partitions: UTC, numbers not padded.
 * @param hourMs any instant of the hour, milliseconds since 1970.
 */
export function hourFolder(hourMs: number): string {
  const hour = new Date(hourMs);
  return (
    `year=${hour.getUTCFullYear()}/month=${hour.getUTCMonth() + 1}` +
    `/day=${hour.getUTCDate()}/hour=${hour.getUTCHours()}`
  );
}

/**
 * The folders in which writers keep the files of an hour, relative to the archive's root: ours first, then those in which
 * a number below ten is padded (`hour=07`).
 * @param hourMs any instant of the hour, milliseconds since 1970.
 */
export function hourFolderSpellings(hourMs: number): readonly string[] {
  return hourFolder(hourMs)
    .split('/')
    .map(spellingsOf)
    .reduce((folders, names) => folders.flatMap((folder) => names.map((name) => `${folder}/${name}`)));
}

function spellingsOf(name: string): readonly string[] {
  const padded = name.replace(/=(\d)$/, '=0$1');
  return padded === name ? [name] : [name, padded];
}

/** The start of the hour (milliseconds since 1970) whose folder this is, or undefined when it is no hour's. */
export function parseHourFolder(folder: string): number | undefined {
  const numbers = FOLDER.exec(folder)?.slice(1).map(Number);
  if (numbers === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0] = numbers;
  const hourMs = Date.UTC(year, month - 1, day, hour);
  return hourFolder(hourMs) === folder ? hourMs : undefined;
}

/**
 * Where the rows of a chunk that belong to one event hour are kept, relative to the archive's root. Names are
 * positions: whoever writes the same chunk again comes to the same name (docs/commit-protocol.md, "Archive").
 */
export function archivePath(name: ArchiveFileName): string {
  const { topic, partition, generation = 0, startOffset, endOffset, hourMs } = name;
  const log = generation === 0 ? `${topic}-${partition}` : `${topic}-${partition}.${generation}`;
  return `${hourFolder(hourMs)}/${log}-${padded(startOffset)}-${padded(endOffset)}.parquet`;
}

/** Reads a path back; undefined when `archivePath` would not have written it so. */
export function parseArchivePath(path: string): ArchiveFileName | undefined {
  const slash = path.lastIndexOf('/');
  const hourMs = parseHourFolder(path.slice(0, Math.max(slash, 0)));
  const parts = FILE.exec(path.slice(slash + 1))?.groups;
  if (hourMs === undefined || parts === undefined) return undefined;
  const name = {
    topic: parts['topic'] ?? '',
    partition: Number(parts['partition']),
    ...(parts['generation'] === undefined ? {} : { generation: Number(parts['generation']) }),
    startOffset: Number(parts['start']),
    endOffset: Number(parts['end']),
    hourMs,
  };
  return archivePath(name) === path ? name : undefined;
}

function padded(offset: number): string {
  return String(offset).padStart(OFFSET_DIGITS, '0');
}
