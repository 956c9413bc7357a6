import type { CompactedHour } from './compaction-ports.ts';

type CompactionVersion = Pick<CompactedHour, 'revision' | 'rows' | 'archiveUrl'>;

/** The version of a compacted file as texts, for the metadata of the file and of the object in a bucket. */
export function compactionMetadata({
  revision,
  rows,
  archiveUrl,
}: CompactionVersion): Readonly<Record<string, string>> {
  return { revision: String(revision), rows: String(rows), archive: archiveUrl };
}

/** Parses the metadata of a compacted file; undefined when `compactionMetadata` has not created it. */
export function parseCompactionMetadata(metadata: Readonly<Record<string, unknown>>): CompactionVersion | undefined {
  const { revision, rows, archive } = metadata;
  const [revisionNumber, rowCount] = [wholeNumber(revision), wholeNumber(rows)];
  if (revisionNumber === undefined || rowCount === undefined || typeof archive !== 'string') return undefined;
  return { revision: revisionNumber, rows: rowCount, archiveUrl: archive };
}

function wholeNumber(text: unknown): number | undefined {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
