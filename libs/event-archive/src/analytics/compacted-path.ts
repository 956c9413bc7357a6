import { type CompactedHour, parseCompactionMetadata, type StoredCompaction } from '@antenna/hourly-batch';
import { hourFolder, parseHourFolder } from '@antenna/archive-format';
import { ArchiveError } from '../archive-error.ts';

const SUFFIX = '.parquet';

/** One name for all versions: only a file that is replaced whole is never seen twice, or not at all. */
export function versionPath({ hourMs, topic }: Pick<CompactedHour, 'hourMs' | 'topic'>): string {
  return `${hourFolder(hourMs)}/${topic}${SUFFIX}`;
}

/** The hour and topic of a path, or undefined for what is not ours to look at. */
export function parseVersionPath(path: string): Pick<CompactedHour, 'hourMs' | 'topic'> | undefined {
  const slash = path.lastIndexOf('/');
  const hourMs = parseHourFolder(path.slice(0, Math.max(slash, 0)));
  const name = path.slice(slash + 1);
  if (hourMs === undefined || !name.endsWith(SUFFIX) || /^[._]/.test(name)) return undefined;
  return { hourMs, topic: name.slice(0, -SUFFIX.length) };
}

/** @throws {ArchiveError} ARCHIVE_FILE_UNREADABLE when the file does not tell its version: readers would see both. */
export function storedVersion(
  path: string,
  metadata: Readonly<Record<string, unknown>>,
  token: string,
): StoredCompaction | undefined {
  const place = parseVersionPath(path);
  if (place === undefined) return undefined;
  const told = parseCompactionMetadata(metadata);
  if (told !== undefined) return { ...place, ...told, token };
  throw new ArchiveError(
    'ARCHIVE_FILE_UNREADABLE',
    `${path} was not written by batch-layer:compact: analysts would read it beside the compacted files; ` +
      `move it away, or correct ANALYTICS_URL`,
  );
}
