/** An event as its text: two are the same event when their texts are. */
export type EventsByOffset = ReadonlyMap<number, string>;

/** What was read of a log, and what it holds. */
export interface TruncatedLog {
  /** What can be read now: [earliest, latest). */
  readonly earliest: number;
  readonly latest: number;
  /** The highest position, or end of an intent: up to there it was read. */
  readonly readTo: number;
  /** Of records that were seen, whether they are still there. Those that retention has deleted are left out. */
  readonly seen: readonly { readonly offset: number; readonly isThere: boolean }[];
  /** Chunks that are archived, the newest first. */
  readonly chunks: readonly { readonly startOffset: number; readonly endOffset: number }[];
}

/** The events of [from, to), as they were archived and as the log holds them. */
export type CompareEvents = (
  chunk: number,
  from: number,
  to: number,
) => Promise<{ readonly archived: EventsByOffset; readonly held: EventsByOffset }>;

/**
 * From which offset on the log is not the one that was read: no lower than `from`, no higher than `to`. Undefined when
 * all that was read is still there.
 */
export type Truncation = { readonly from: number; readonly to: number } | undefined;

/**
 * Looks for the end of what log and archive have in common, from the newest chunk back. Where an archived event differs,
 * the log is taken from after the last one that is the same: offsets in between hold no event of either. Beyond the
 * archive only single records are known, those whose fingerprints were stored.
 */
export async function findTruncation(log: TruncatedLog, compare: CompareEvents): Promise<Truncation> {
  const { sameTo, differsAt } = await compareChunks(log, compare);
  const there = log.seen.filter(({ offset, isThere }) => isThere && offset < (differsAt ?? Number.POSITIVE_INFINITY));
  const from = Math.max(sameTo, log.earliest, ...there.map(({ offset }) => offset + 1));
  if (differsAt !== undefined) return { from, to: from };
  const gone = log.seen.filter(({ isThere }) => !isThere).map(({ offset }) => offset);
  if (gone.length === 0 && log.latest >= log.readTo) return undefined;
  return { from: Math.min(from, log.latest), to: Math.max(from, Math.min(log.latest, ...gone)) };
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
