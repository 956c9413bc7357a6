import { ONE_HOUR } from '@antenna/windowing';

/** How far the archive of a partition has come. */
export interface PartitionArchival {
  readonly topic: string;
  readonly partition: number;
  /** Whether a worker has ever read the partition for this store's archive. */
  readonly isClaimed: boolean;
  /**
   * Everything that had arrived by then (milliseconds since 1970, by the store's clock) is in the archive.
   * Undefined for a partition of which that is not known.
   */
  readonly archivedUntilMs: number | undefined;
  /** Code of the fault for which its worker has stopped, if records are lost that the archive lacks. */
  readonly gap: string | undefined;
}

/** What the archive does not hold of an hour. */
export interface HourLack {
  /** Events that are counted and not archived yet, and without which the hour is not final. */
  readonly awaitedEvents: number;
  /** Late events that are counted and not archived yet: they make the hour dirty, not unfinished. */
  readonly lateEvents: number;
  /** Upper bound of the records that were lost before they were archived, by gaps that were acknowledged. */
  readonly lackingRecords: number;
}

/** What every hour has in common at one instant. */
export interface StreamArchival {
  /** The store's clock, milliseconds since 1970. */
  readonly nowMs: number;
  readonly partitions: readonly PartitionArchival[];
  readonly allowedLatenessMs: number;
}

/** What keeps an hour from being final: each asks for another action. */
export type FinalityObstacle =
  | 'not ended'
  | 'topic not read'
  | 'gap'
  | 'partition not claimed'
  | 'clock set back'
  | 'waiting for files'
  | 'not archived';

export type Finality =
  | { readonly isFinal: true }
  | { readonly isFinal: false; readonly obstacle: FinalityObstacle; readonly reason: string };

/**
 * Whether everything that arrived in time for the hour is in the archive: that is, up to the hour's end and the
 * allowed lateness. The clock is the one of arrival, so devices with wrong clocks change nothing; an idle partition does
 * not hold the hour, one that is not read does. Of data that is replayed the clock of arrival says nothing: there it is
 * the events already counted that the hour waits for (docs/commit-protocol.md, "When an hour is final").
 */
export function finality(
  hour: { readonly hourMs: number } & Pick<HourLack, 'awaitedEvents'>,
  stream: StreamArchival,
): Finality {
  for (const [obstacle, reasonOf] of OBSTACLES) {
    const reason = reasonOf(hour, stream);
    if (reason !== undefined) return { isFinal: false, obstacle, reason };
  }
  return { isFinal: true };
}

type Reason = (...parameters: Parameters<typeof finality>) => string | undefined;

const hasNotEnded: Reason = ({ hourMs }, { nowMs }) => {
  const now = `it is ${instant(nowMs)} by the clock of the database`;
  if (hourMs > nowMs) return `it begins only at ${instant(hourMs)}, and ${now}`;
  return hourMs + ONE_HOUR.sizeMs > nowMs
    ? `it ends only at ${instant(hourMs + ONE_HOUR.sizeMs)}, and ${now}`
    : undefined;
};

const isUnread: Reason = (_hour, { partitions }) =>
  partitions.length === 0 ? 'no worker has read the topic yet' : undefined;

const hasGap: Reason = (_hour, { partitions }) => {
  const named = names(
    partitions.filter(({ gap }) => gap !== undefined),
    ({ gap = '' }) => gap,
  );
  return named === undefined ? undefined : `records were lost before they were archived: ${named}`;
};

const isUnclaimed: Reason = (_hour, { partitions }) => {
  const named = names(partitions.filter(({ isClaimed }) => !isClaimed));
  return named === undefined ? undefined : `no worker of this database has ever archived ${named}`;
};

const hasClockSetBack: Reason = (_hour, { nowMs, partitions }) => {
  const named = names(
    partitions.filter(({ archivedUntilMs }) => (archivedUntilMs ?? 0) > nowMs),
    until,
  );
  return named === undefined ? undefined : `the clock of the database was set back: ${named}`;
};

const isWaiting: Reason = ({ awaitedEvents }) =>
  awaitedEvents === 0 ? undefined : `${awaitedEvents} events of it are counted and not archived yet`;

const isNotArchived: Reason = ({ hourMs }, { partitions, allowedLatenessMs }) => {
  const arrivalsUntilMs = hourMs + ONE_HOUR.sizeMs + allowedLatenessMs;
  const named = names(
    partitions.filter(({ archivedUntilMs }) => !isPast(archivedUntilMs, arrivalsUntilMs)),
    until,
  );
  return named === undefined ? undefined : `arrivals until ${instant(arrivalsUntilMs)} are not archived yet: ${named}`;
};

/** The first that applies is the one given. View hour_status of the store has the same order. */
const OBSTACLES: readonly (readonly [FinalityObstacle, Reason])[] = [
  ['not ended', hasNotEnded],
  ['topic not read', isUnread],
  ['gap', hasGap],
  ['partition not claimed', isUnclaimed],
  ['clock set back', hasClockSetBack],
  ['waiting for files', isWaiting],
  ['not archived', isNotArchived],
];

const MOST_NAMED = 5;

/** @returns undefined when there is no partition to name. */
function names(
  partitions: readonly PartitionArchival[],
  detailOf?: (partition: PartitionArchival) => string,
): string | undefined {
  if (partitions.length === 0) return undefined;
  const named = partitions.slice(0, MOST_NAMED).map((partition) => {
    const detail = detailOf === undefined ? '' : ` (${detailOf(partition)})`;
    return `partition ${partition.partition} of ${partition.topic}${detail}`;
  });
  const others = partitions.length - named.length;
  return `${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
}

function isPast(archivedUntilMs: number | undefined, instantMs: number): boolean {
  return archivedUntilMs !== undefined && archivedUntilMs > instantMs;
}

function until({ archivedUntilMs }: PartitionArchival): string {
  return archivedUntilMs === undefined ? 'nothing archived' : `archived until ${instant(archivedUntilMs)}`;
}

function instant(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
