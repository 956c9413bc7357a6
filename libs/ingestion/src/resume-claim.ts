import type { EventDecoder } from '@antenna/event-schema';
import { Assignment } from './assignment.ts';
import { DeadLetterRateLimiter } from './totals-sink/dead-letter-rate-limiter.ts';
import { type ClaimMoment, PartitionArchive } from './archive-sink/partition-archive.ts';
import { faultOf, type PartitionFault } from './partition-fault.ts';
import { PartitionProcessor } from './partition-processor.ts';
import type { ClaimedPosition, IngestionSettings, OffsetRange } from './ports/index.ts';
import { lastSeenOf } from './seen-records.ts';
import { comparedFrom, startOffset } from './start-offset.ts';

type ClaimContext = Pick<IngestionSettings, 'deadLettersWhole' | 'allowedLatenessMs'> &
  Pick<ClaimMoment, 'claimedMs'> & { readonly decoder: EventDecoder };

interface ProcessorContext {
  readonly start: number;
  readonly rateLimiter: DeadLetterRateLimiter;
  readonly claim: ClaimMoment;
  readonly decoder: EventDecoder;
}

/** The assignment that a worker starts with after a claim. */
export interface ResumedClaim {
  readonly assignment: Assignment;
  /** Partitions whose positions the topic does not hold (any more). They are not part of the assignment. */
  readonly faults: ReadonlyMap<number, PartitionFault>;
}

/**
 * Creates the assignment for claimed positions: it has no unsaved records, and reads each partition from its sinks'
 * positions on.
 */
export function resumeClaim(
  claimed: readonly ClaimedPosition[],
  offsets: ReadonlyMap<number, OffsetRange | undefined>,
  { deadLettersWhole, allowedLatenessMs, claimedMs, decoder }: ClaimContext,
): ResumedClaim {
  const byPartition = Map.groupBy(claimed, ({ partition }) => partition);
  const processors: PartitionProcessor[] = [];
  const faults = new Map<number, PartitionFault>();
  for (const [partition, positions] of byPartition) {
    const start = startOrFault(partition, positions, offsets);
    if (typeof start !== 'number') {
      faults.set(partition, start);
      continue;
    }
    const rateLimiter = new DeadLetterRateLimiter(deadLettersWhole);
    const claim = { claimedMs, endAtClaim: offsets.get(partition)?.stable };
    processors.push(processorOf(positions, { start, rateLimiter, claim, decoder }));
  }
  return { assignment: new Assignment(processors, allowedLatenessMs), faults };
}

function startOrFault(...[partition, positions, offsets]: Parameters<typeof startOf>): number | PartitionFault {
  try {
    return startOf(partition, positions, offsets);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    return fault;
  }
}

/**
 * The offsets that the topic held when positions were claimed: the oldest as of before the claim, the newest as of
 * after it. Otherwise a worker that freezes in between would mistake records that another worker has saved for a gap.
 */
export function rangesAround(
  before: ReadonlyMap<number, OffsetRange | undefined>,
  after: ReadonlyMap<number, OffsetRange | undefined>,
): ReadonlyMap<number, OffsetRange | undefined> {
  return new Map(
    [...after].map(([partition, range]) => [
      partition,
      range && { ...range, earliest: before.get(partition)?.earliest ?? range.earliest },
    ]),
  );
}

/**
 * A partition without a leader has no offsets to compare the positions with. The record below a position is compared all
 * the same: the election that gives the partition a leader may lose records.
 */
function startOf(
  partition: number,
  positions: readonly ClaimedPosition[],
  offsets: ReadonlyMap<number, OffsetRange | undefined>,
): number {
  const isUnreadable = offsets.has(partition) && offsets.get(partition) === undefined;
  return isUnreadable ? comparedFrom(positions) : startOffset(positions, offsets.get(partition));
}

function processorOf(
  positions: readonly ClaimedPosition[],
  { start, rateLimiter, claim, decoder }: ProcessorContext,
): PartitionProcessor {
  const totals = positions.find(({ sink }) => sink === 'totals');
  if (totals === undefined) throw new TypeError('a claim without the totals sink');
  const archive = positions.find(({ sink }) => sink === 'archive');
  return new PartitionProcessor(start, {
    totals,
    archive: archive === undefined ? undefined : new PartitionArchive(archive, claim),
    seen: lastSeenOf(positions),
    rateLimiter,
    decoder,
  });
}
