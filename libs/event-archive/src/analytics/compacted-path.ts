import { type CompactedHour, parseCompactionMetadata, type StoredCompaction } from '@antenna/hourly-batch';
import { hourFolder, parseHourFolder } from '@antenna/archive-format';
import { ArchiveError } from '../archive-error.ts';

const SUFFIX = '.parquet';

/** All versions share one name: readers see every event once only if a version replaces the whole file before it. */
export function versionPath({ hourMs, topic }: Pick<CompactedHour, 'hourMs' | 'topic'>): string {
  return `${hourFolder(hourMs)}/${topic}${SUFFIX}`;
}

/** The hour and topic in a path; undefined for a path that is no compacted file. */
export function parseVersionPath(path: string): Pick<CompactedHour, 'hourMs' | 'topic'> | undefined {
  const slash = path.lastIndexOf('/');
  const hourMs = parseHourFolder(path.slice(0, Math.max(slash, 0)));
  const name = path.slice(slash + 1);
  if (hourMs === undefined || !name.endsWith(SUFFIX) || /^[._]/.test(name)) return undefined;
  return { hourMs, topic: name.slice(0, -SUFFIX.length) };
}

/**
 * @throws {ArchiveError} ARCHIVE_FILE_UNREADABLE when the file has no version: readers would count its events twice.
 */
export function storedVersion(
  path: string,
  metadata: Readonly<Record<string, unknown>>,
  token: string,
): StoredCompaction | undefined {
  const place = parseVersionPath(path);
  if (place === undefined) return undefined;
  const version = parseCompactionMetadata(metadata);
  if (version !== undefined) return { ...place, ...version, token };
  throw new ArchiveError(
    'ARCHIVE_FILE_UNREADABLE',
    `${path} was not written by batch-layer:compact: analysts would read it beside the compacted files; ` +
      `move it away, or correct ANALYTICS_URL`,
  );
}
