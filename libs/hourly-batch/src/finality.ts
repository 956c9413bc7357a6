import { ONE_HOUR } from '@antenna/windowing';

/** How far the archive of a partition has come. */
export interface PartitionArchival {
  readonly topic: string;
  readonly partition: number;
  /**
   * Everything that had arrived by then (milliseconds since 1970, by the store's clock) is in the archive.
   * Undefined for a partition that nobody has archived.
   */
  readonly archivedUntilMs: number | undefined;
}

export type Finality = { readonly isFinal: true } | { readonly isFinal: false; readonly reason: string };

/**
 * Whether everything that arrived in time for the hour is in the archive: that is, up to the hour's end and the
 * allowed lateness. The clock is the one of arrival, so devices with wrong clocks and replays of old data change
 * nothing; an idle partition does not hold the hour, one that nobody reads does (docs/commit-protocol.md, "When an hour is final").
 */
export function finality(
  hourMs: number,
  partitions: readonly PartitionArchival[],
  allowedLatenessMs: number,
): Finality {
  if (partitions.length === 0) return { isFinal: false, reason: 'nobody has read the topic yet' };
  const arrivalsUntilMs = hourMs + ONE_HOUR.sizeMs + allowedLatenessMs;
  const holding = partitions.filter(({ archivedUntilMs }) => !isPast(archivedUntilMs, arrivalsUntilMs));
  if (holding.length === 0) return { isFinal: true };
  const named = holding.slice(0, MOST_NAMED).map(describe).join(', ');
  const others = holding.length > MOST_NAMED ? ` and ${holding.length - MOST_NAMED} more` : '';
  return {
    isFinal: false,
    reason: `arrivals until ${new Date(arrivalsUntilMs).toISOString()} are not archived yet: ${named}${others}`,
  };
}

const MOST_NAMED = 5;

function isPast(archivedUntilMs: number | undefined, instantMs: number): boolean {
  return archivedUntilMs !== undefined && archivedUntilMs > instantMs;
}

function describe({ topic, partition, archivedUntilMs }: PartitionArchival): string {
  const until =
    archivedUntilMs === undefined ? 'nothing archived' : `archived until ${new Date(archivedUntilMs).toISOString()}`;
  return `partition ${partition} of ${topic} (${until})`;
}
