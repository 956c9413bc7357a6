import { ONE_HOUR } from '@antenna/windowing';

/** The progress of a partition's archive. */
export interface PartitionArchival {
  readonly topic: string;
  readonly partition: number;
  /** Whether a worker has ever read the partition for this store's archive. */
  readonly isClaimed: boolean;
  /**
   * All records that arrived up to this instant (milliseconds since 1970, by the store's clock) are in the archive.
   * Undefined when no such instant is known.
   */
  readonly archivedUntilMs: number | undefined;
  /** Code of the fault that stopped the partition, if records were lost before they were archived. */
  readonly gap: string | undefined;
}

/** The events of an hour that the archive lacks. */
export interface HourLack {
  /** Events that are counted but not archived yet. The hour is not final until they are archived. */
  readonly awaitedEvents: number;
  /** Late events that are counted but not archived yet. The hour may be final without them; they make it dirty. */
  readonly lateEvents: number;
  /** Upper bound of the records that were lost before they were archived, in acknowledged gaps. */
  readonly lackingRecords: number;
}

/** The state of the stream at one instant, which is common to all hours. */
export interface StreamArchival {
  /** The store's clock, milliseconds since 1970. */
  readonly nowMs: number;
  readonly partitions: readonly PartitionArchival[];
  readonly allowedLatenessMs: number;
}

/** The reasons why an hour is not final. Each requires a different action. */
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
 * Whether the archive holds all events of the hour that arrived in time: up to the hour's end plus the allowed
 * lateness. Arrival time decides, so that devices with wrong clocks have no effect. An idle partition does not delay
 * the hour; an unread partition does. For replayed data, arrival time means nothing: the hour waits for the events that
 * are already counted (docs/commit-protocol.md, "When an hour is final").
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

/** The first obstacle that applies is reported. View hour_status of the store has the same order. */
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
