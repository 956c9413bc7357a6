import type { OffsetRange } from '../ports/index.ts';

/** Events as texts, by offset: equal texts are equal events. */
export type EventsByOffset = ReadonlyMap<number, string>;

/** A record with a stored fingerprint. */
export interface SeenRecord {
  readonly offset: number;
  readonly isThere: boolean;
  /** The first offset between this record and its position where no record was seen, and the log now holds one. */
  readonly unseen: number | undefined;
}

/** What a worker has read from a log, and what the log holds now. */
export interface TruncatedLog {
  /** The range that can be read now: [earliest, latest). */
  readonly earliest: number;
  readonly latest: number;
  /** The end of what was read (exclusive): the highest position or intent end. */
  readonly readTo: number;
  /**
   * Records with a stored fingerprint, and whether the log still holds them. Records that retention deleted are left
   * out.
   */
  readonly seen: readonly SeenRecord[];
  /** The archived chunks, the newest first. */
  readonly chunks: readonly { readonly startOffset: number; readonly endOffset: number }[];
}

/** Reads the events of [from, to) from the archive and from the log. */
export type CompareEvents = (
  chunk: number,
  from: number,
  to: number,
) => Promise<{ readonly archived: EventsByOffset; readonly held: EventsByOffset }>;

/**
 * Bounds of the offset from which the log differs from what was read: from `from` to `to`, both included. Undefined
 * when the log still holds all that was read.
 */
export type Truncation = { readonly from: number; readonly to: number } | undefined;

/**
 * Finds where log and archive begin to differ, from the newest chunk backwards. If an event differs, the result is the
 * offset after the last equal event: neither side has an event in between. Beyond the archive, only records with a
 * stored fingerprint can be compared, so that the result may be a range.
 */
export async function findTruncation(log: TruncatedLog, compare: CompareEvents): Promise<Truncation> {
  const { sameTo, differsAt: inChunk } = await compareChunks(log, compare);
  // When the seen record below is gone as well, the log differs from an earlier offset on.
  const unseen = log.seen.flatMap((seen) => (seen.isThere ? (seen.unseen ?? []) : []));
  const [differsAt] = [...unseen, ...(inChunk === undefined ? [] : [inChunk])].sort((left, right) => left - right);
  const there = log.seen.filter(({ offset, isThere }) => isThere && offset < (differsAt ?? Number.POSITIVE_INFINITY));
  const from = Math.max(sameTo, log.earliest, ...there.map(({ offset }) => offset + 1));
  if (differsAt !== undefined) return { from, to: from };
  const gone = log.seen.filter(({ isThere }) => !isThere).map(({ offset }) => offset);
  if (gone.length === 0 && log.latest >= log.readTo) return undefined;
  return { from: Math.min(from, log.latest), to: Math.max(from, Math.min(log.latest, ...gone)) };
}

/**
 * The offset from which an open transaction hides records that have to be compared; undefined when it hides none. If
 * the marker of a transaction was lost with the end of the log, the transaction is open again, and hides the log from
 * its first record on. Hidden records cannot be read, but they are not lost.
 */
export function hiddenFrom({ latest, stable }: OffsetRange, readTo: number): number | undefined {
  return stable < Math.min(latest, readTo) ? stable : undefined;
}

async function compareChunks(
  { earliest, latest, chunks }: TruncatedLog,
  compare: CompareEvents,
): Promise<{ sameTo: number; differsAt: number | undefined }> {
  let differsAt: number | undefined;
  for (const [index, { startOffset, endOffset }] of chunks.entries()) {
    const from = Math.max(startOffset, earliest);
    const { archived, held } = await compare(index, from, endOffset);
    const first = firstDifference(archived, held);
    if (first === undefined && held.size > 0) return { sameTo: Math.min(endOffset, latest), differsAt };
    differsAt = first ?? differsAt;
    const same = [...held.keys()].filter((offset) => first !== undefined && offset < first);
    if (same.length > 0) return { sameTo: greatest(same) + 1, differsAt };
  }
  return { sameTo: earliest, differsAt };
}

function greatest(offsets: readonly number[]): number {
  return offsets.reduce((most, offset) => Math.max(most, offset), -1);
}

function firstDifference(archived: EventsByOffset, held: EventsByOffset): number | undefined {
  const offsets = [...new Set([...archived.keys(), ...held.keys()])].sort((left, right) => left - right);
  return offsets.find((offset) => archived.get(offset) !== held.get(offset));
}
