import type { TotalType } from '@antenna/aggregation';

/** Bytes of the totals of one type in an hour, in both layers, and the causes of their difference. */
export interface TypeDifference {
  readonly type: TotalType;
  /** Sum of the windows of the speed layer. */
  readonly speed: bigint;
  /** Sum of the hour of the batch layer; 0 before its first run. */
  readonly batch: bigint;
  readonly causes: Readonly<Record<Cause, bigint>>;
  readonly unexplained: Readonly<Record<Comparison, bigint>>;
}

/**
 * The causes of a difference. Each adds its bytes to speed − batch, except `archivedNotCounted`, which subtracts them.
 *
 * - `countedNotArchived`: counted, beyond the archive's position.
 * - `archivedNotCounted`: archived, beyond the position of the totals.
 * - `archivedSinceRun`: archived after the hour was computed, or in an hour that was never computed.
 * - `belowFloor`: what retention removed from the hour's result, less what it removed from its windows and what was counted
 *   below the floor since. Negative where only the windows are removed.
 * - `acknowledged`: lost by one sink only, in a gap or truncation that an operator has acknowledged. Negative if the
 *   totals lack the events.
 * - `foreignArchive`: computed from an archive without a manifest. Never positive.
 */
export const CAUSES = [
  'countedNotArchived',
  'archivedNotCounted',
  'archivedSinceRun',
  'belowFloor',
  'acknowledged',
  'foreignArchive',
] as const;
export type Cause = (typeof CAUSES)[number];

/**
 * The comparisons that must give 0: `speed` compares the stored windows with the counted events, `archive` the counted
 * events with the archived ones, `batch` the input files of the last run with the stored hour.
 */
const COMPARISONS = ['speed', 'archive', 'batch'] as const;
type Comparison = (typeof COMPARISONS)[number];

/** The part of speed − batch that no cause explains, signed. Two errors may cancel each other in it. */
export function unexplainedSum({ unexplained }: TypeDifference): bigint {
  return COMPARISONS.reduce((sum, comparison) => sum + unexplained[comparison], 0n);
}

/** The bytes that no cause explains: the sum of the absolute values. Two errors do not cancel each other. */
export function unexplainedBytes({ unexplained }: TypeDifference): bigint {
  return COMPARISONS.reduce((sum, comparison) => sum + absolute(unexplained[comparison]), 0n);
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
