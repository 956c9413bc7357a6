/** The parts of an archive file's path: the partition and offsets of its chunk, and the event hour of its rows. */
export interface ArchiveFileName {
  readonly topic: string;
  readonly partition: number;
  /** How many truncations of the partition's log were acknowledged. Generation 0 is not written. */
  readonly generation?: number;
  /** The chunk's offsets: [startOffset, endOffset). */
  readonly startOffset: number;
  readonly endOffset: number;
  /** Start of the event hour, milliseconds since 1970. */
  readonly hourMs: number;
}

/** Offsets below 10^12 sort by name; larger ones are written in full. */
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
 * The folders in which writers store the files of an hour, relative to the archive's root: ours first, then those in
 * which numbers below ten are padded (`hour=07`).
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

/** The start of the folder's hour (milliseconds since 1970); undefined when it is not the folder of an hour. */
export function parseHourFolder(folder: string): number | undefined {
  const numbers = FOLDER.exec(folder)?.slice(1).map(Number);
  if (numbers === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0] = numbers;
  const hourMs = Date.UTC(year, month - 1, day, hour);
  return hourFolder(hourMs) === folder ? hourMs : undefined;
}

/**
 * The path of the file with a chunk's rows of one event hour, relative to the archive's root. It depends only on the
 * chunk's offsets: a redone chunk has the same paths (docs/commit-protocol.md, "Archive").
 */
export function archivePath(name: ArchiveFileName): string {
  const { topic, partition, generation = 0, startOffset, endOffset, hourMs } = name;
  const log = generation === 0 ? `${topic}-${partition}` : `${topic}-${partition}.${generation}`;
  return `${hourFolder(hourMs)}/${log}-${padded(startOffset)}-${padded(endOffset)}.parquet`;
}

/** Parses a path; undefined when `archivePath` would not have created it exactly so. */
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
