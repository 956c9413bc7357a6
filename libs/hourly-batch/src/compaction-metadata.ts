import type { CompactedHour } from './compaction-ports.ts';

type Told = Pick<CompactedHour, 'revision' | 'rows' | 'archiveUrl'>;

/** What a file says of its version, as texts: metadata of the file, and of the object in a bucket. */
export function compactionMetadata({ revision, rows, archiveUrl }: Told): Readonly<Record<string, string>> {
  return { revision: String(revision), rows: String(rows), archive: archiveUrl };
}

/** Reads it back; undefined when it is not ours. */
export function parseCompactionMetadata(metadata: Readonly<Record<string, unknown>>): Told | undefined {
  const { revision, rows, archive } = metadata;
  const [revisionNumber, rowCount] = [wholeNumber(revision), wholeNumber(rows)];
  if (revisionNumber === undefined || rowCount === undefined || typeof archive !== 'string') return undefined;
  return { revision: revisionNumber, rows: rowCount, archiveUrl: archive };
}

function wholeNumber(text: unknown): number | undefined {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
