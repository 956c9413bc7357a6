import { isIntact, type PackedBatch } from './packed-batch.ts';

/** Where a batch has to lie, as far as that is known without it. */
export interface BatchPosition {
  /** The offset that was asked for, or the one behind the batch before it. */
  readonly expected: number;
  readonly isFirst: boolean;
  /** End of the partition (exclusive). */
  readonly end: number;
  /** First offset of the batch behind it, where the fetch has brought one. */
  readonly nextOffset: number | undefined;
}

export interface BatchFault {
  /** Reads well after «the batch». */
  readonly text: string;
  /**
   * Where the batch begins and ends is certain all the same, so that its records can be counted. A position must not
   * move to an offset that a damaged head says.
   */
  readonly hasExtent: boolean;
}

/** What is wrong with a batch as it has come; undefined when it can be believed. */
export function batchFault(batch: PackedBatch, surroundings: BatchPosition): BatchFault | undefined {
  const misplacement = misplacementOf(batch, surroundings);
  if (misplacement !== undefined) return { text: misplacement, hasExtent: false };
  if (isIntact(batch)) return undefined;
  return { text: 'does not have its checksum', hasExtent: hasExtent(batch, surroundings) };
}

function misplacementOf({ head }: PackedBatch, { expected, isFirst, end, nextOffset }: BatchPosition) {
  const { firstOffset, lastOffset, recordCount } = head;
  const place = `reaches from offset ${firstOffset} to ${lastOffset}`;
  if (firstOffset < 0 || lastOffset < firstOffset) return place;
  if (lastOffset < expected || (!isFirst && firstOffset < expected)) return `${place}, and ${expected} is expected`;
  if (lastOffset >= end) return `${place}, and the partition ends at ${end}`;
  if (nextOffset !== undefined && lastOffset >= nextOffset) return `${place}, and the next one begins at ${nextOffset}`;
  const offsets = lastOffset - firstOffset + 1;
  return recordCount < 0 || recordCount > offsets ? `has ${recordCount} records at ${offsets} offsets` : undefined;
}

/**
 * Two numbers of the head agree: it is not by chance that a batch has as many records as offsets, or that another batch
 * or nothing follows where it says that it ends.
 */
function hasExtent({ head }: PackedBatch, { end, nextOffset }: BatchPosition): boolean {
  const { firstOffset, lastOffset, recordCount } = head;
  return recordCount === lastOffset - firstOffset + 1 || lastOffset + 1 === (nextOffset ?? end);
}
