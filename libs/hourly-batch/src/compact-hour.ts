import { sha256Of } from './certificates/certificate.ts';
import { checkCompaction } from './check-compaction.ts';
import type {
  AnalyticsRoot,
  ArchivedHours,
  CompactedHour,
  HourCompactor,
  StoredCompaction,
} from './compaction-ports.ts';
import { AnalyticsConflictError, HourNotFinalError, NoManifestError } from './errors.ts';
import { finality } from './finality.ts';
import type { HourFolder, HourManifest, HourStore, ManifestFile } from './ports.ts';
import { selectInputs } from './select-inputs.ts';

export interface CompactionPorts {
  readonly store: Pick<HourStore, 'readManifest'>;
  readonly folder: Pick<HourFolder, 'list'>;
  readonly compactor: HourCompactor;
  readonly analytics: AnalyticsRoot;
}

export interface CompactionOptions {
  readonly allowedLatenessMs: number;
  /** URL of the archive that is compacted, as the compacted files store it. */
  readonly archiveUrl: string;
}

/** The result of compacting an hour of a topic. */
export interface CompactedTopic {
  readonly topic: string;
  readonly revision: number;
  readonly rows: number;
  readonly files: number;
  /** Size of the compacted file that was written; undefined when the existing file was current. */
  readonly writtenBytes: number | undefined;
}

/**
 * Compacts the files of a final hour into one file for each topic, in the analytics root
 * (docs/decisions/0007-compaction.md). The stored versions are read before the manifest, so that a replaced version was
 * compacted from the same or an older revision.
 * @returns the result for each topic; an empty array for an hour without events.
 * @throws {HourNotFinalError | NoManifestError | ArchiveListingError | CompactionContradictionError |
 * AnalyticsConflictError}
 */
export async function compactHour(
  ports: CompactionPorts,
  hourMs: number,
  options: CompactionOptions,
): Promise<readonly CompactedTopic[]> {
  const versions = await ports.analytics.versions(hourMs);
  const before = await ports.store.readManifest(hourMs);
  refuseUnready(before, hourMs, options);
  const listed = await ports.folder.list(hourMs);
  const inputs = selectInputs(hourMs, { before, listed, after: await ports.store.readManifest(hourMs) });
  if (inputs.isForeign) throw new NoManifestError(hourMs);
  const results: CompactedTopic[] = [];
  for (const [topic, files] of Map.groupBy(inputs.files, (file) => file.topic)) {
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    const { archiveUrl } = options;
    const version = {
      hourMs,
      topic,
      revision: before.revision,
      rows,
      archiveUrl,
      sourcesDigest: digestOfSources(files),
    };
    results.push(await compactTopic(ports, version, files, versions));
  }
  return results;
}

/**
 * Attempts to replace the file. If another run replaces it meanwhile, its version is read, and replaced if it is older.
 */
const ATTEMPTS = 3;

async function compactTopic(
  { compactor, analytics }: CompactionPorts,
  version: CompactedHour,
  files: readonly ManifestFile[],
  versions: readonly StoredCompaction[],
): Promise<CompactedTopic> {
  const result = { topic: version.topic, revision: version.revision, rows: version.rows, files: files.length };
  const ofTopic = (stored: readonly StoredCompaction[]) => stored.find(({ topic }) => topic === version.topic);
  if (isCurrent(ofTopic(versions), version)) return { ...result, writtenBytes: undefined };
  return compactor.compact(version, files, async (compacted) => {
    checkCompaction(version.hourMs, files, compacted);
    let current = ofTopic(versions);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (await analytics.replace(compacted.localPath, version, current)) {
        return { ...result, writtenBytes: compacted.sizeBytes };
      }
      current = ofTopic(await analytics.versions(version.hourMs));
      // Another run has written the same or a newer version, or the answer to our own call was lost.
      if (current !== undefined && (current.revision > version.revision || isCurrent(current, version))) {
        return { ...result, revision: current.revision, rows: current.rows, writtenBytes: undefined };
      }
    }
    throw new AnalyticsConflictError(version.hourMs, 'others replace its file again and again; run it again later');
  });
}

/** Whether the stored file is this version. @throws {AnalyticsConflictError} when it is of another archive. */
function isCurrent(stored: StoredCompaction | undefined, version: CompactedHour): boolean {
  if (stored === undefined) return false;
  if (stored.archiveUrl !== version.archiveUrl) {
    throw new AnalyticsConflictError(
      version.hourMs,
      `its file was compacted from another archive, ${stored.archiveUrl}`,
    );
  }
  return stored.sourcesDigest === version.sourcesDigest;
}

/** Identifies the files that a compacted file is made from; `pipeline.archived_hours` computes the same. */
function digestOfSources(files: readonly Pick<ManifestFile, 'path' | 'checksum'>[]): string {
  const sources = files.map(({ path, checksum }) => `${path} ${checksum}`);
  return sha256Of(sources.toSorted().join(','));
}

function refuseUnready(manifest: HourManifest, hourMs: number, { allowedLatenessMs }: CompactionOptions): void {
  if (manifest.isForeign) throw new NoManifestError(hourMs);
  const { readAtMs: nowMs, partitions, awaitedEvents } = manifest;
  const hour = finality({ hourMs, awaitedEvents }, { nowMs, partitions, allowedLatenessMs });
  if (!hour.isFinal) throw new HourNotFinalError(hourMs, hour);
}

/**
 * The final hours with events of which a compacted file is missing, or was made from other files than the archive has now;
 * in the order of time.
 */
export function hoursToCompact(
  { hours, partitions, nowMs }: ArchivedHours,
  versions: readonly StoredCompaction[],
  allowedLatenessMs: number,
): readonly number[] {
  const stored = new Map(versions.map((version) => [keyOf(version), version.sourcesDigest]));
  return hours
    .filter(({ hourMs, topics }) =>
      topics.some(({ topic, sourcesDigest }) => stored.get(keyOf({ hourMs, topic })) !== sourcesDigest),
    )
    .filter((hour) => finality(hour, { nowMs, partitions, allowedLatenessMs }).isFinal)
    .map(({ hourMs }) => hourMs);
}

/**
 * The compacted files of an hour and topic that the archive has no file of, in the order of time. They are of the time that a
 * restore of the database has undone: until the hour is archived again, analysts read events that are nowhere else.
 */
export function unknownCompactions(
  { hours }: Pick<ArchivedHours, 'hours'>,
  versions: readonly StoredCompaction[],
): readonly StoredCompaction[] {
  const known = new Set(hours.flatMap(({ hourMs, topics }) => topics.map(({ topic }) => keyOf({ hourMs, topic }))));
  return versions.filter((version) => !known.has(keyOf(version))).toSorted((one, other) => one.hourMs - other.hourMs);
}

function keyOf({ hourMs, topic }: Pick<StoredCompaction, 'hourMs' | 'topic'>): string {
  return `${hourMs} ${topic}`;
}

type CompactionVersion = Pick<CompactedHour, 'revision' | 'rows' | 'archiveUrl' | 'sourcesDigest'>;

/** The version of a compacted file as texts, for the metadata of the file and of the object in a bucket. */
export function compactionMetadata({
  revision,
  rows,
  archiveUrl,
  sourcesDigest,
}: CompactionVersion): Readonly<Record<string, string>> {
  return { revision: String(revision), rows: String(rows), archive: archiveUrl, sources: sourcesDigest };
}

/** Parses the metadata of a compacted file; undefined when `compactionMetadata` has not created it. */
export function parseCompactionMetadata(
  metadata: Readonly<Record<string, unknown>>,
): Omit<StoredCompaction, 'hourMs' | 'topic' | 'token'> | undefined {
  const { revision, rows, archive, sources } = metadata;
  const [revisionNumber, rowCount] = [wholeNumber(revision), wholeNumber(rows)];
  if (revisionNumber === undefined || rowCount === undefined || typeof archive !== 'string') return undefined;
  const sourcesDigest = typeof sources === 'string' ? sources : undefined;
  return { revision: revisionNumber, rows: rowCount, archiveUrl: archive, sourcesDigest };
}

function wholeNumber(text: unknown): number | undefined {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
