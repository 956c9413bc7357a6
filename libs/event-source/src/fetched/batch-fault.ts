import { isIntact, type PackedBatch } from './packed-batch.ts';
import { UnreadableLogError } from '@antenna/ingestion';

/** The offset range that the context of a batch allows it to cover. */
export interface BatchPosition {
  /** The fetched offset, or the offset after the previous batch. */
  readonly expected: number;
  readonly isFirst: boolean;
  /** End of the partition (exclusive). */
  readonly end: number;
  /** First offset of the next batch; undefined when the fetch ends with this batch. */
  readonly nextOffset: number | undefined;
}

export interface BatchFault {
  /** Follows «the batch» in an error message. */
  readonly text: string;
  /**
   * Whether the first and last offset are certain despite the fault, so that the records can be counted. A position
   * must not move to an offset taken from a damaged head.
   */
  readonly hasExtent: boolean;
}

/** @returns what is wrong with a fetched batch; undefined when it is valid. */
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
 * True when a second fact confirms the offsets in the head: the batch has as many records as offsets, or it ends where
 * the next batch begins or the partition ends.
 */
function hasExtent({ head }: PackedBatch, { end, nextOffset }: BatchPosition): boolean {
  const { firstOffset, lastOffset, recordCount } = head;
  return recordCount === lastOffset - firstOffset + 1 || lastOffset + 1 === (nextOffset ?? end);
}

/** The bytes at an offset are no batch, or do not say where the batch ends: the log cannot be read beyond it. */
export class UnreadableBatchError extends UnreadableLogError {
  constructor(partition: number, offset: number, fault: string) {
    super(
      'UNREADABLE_BATCH',
      `partition ${partition} cannot be read on from offset ${offset}: the batch there ${fault}, ` +
        `twice in a row with the same bytes; its log is damaged: see kafka-dump-log.sh, and restore the replica that ` +
        `leads the partition from an intact one; the partition is read on as soon as the broker answers otherwise`,
    );
  }
}

/**
 * The records have message format 0 or 1 of Kafka before 0.11 (2017), without transactions and with another checksum.
 */
export class OldMessageFormatError extends UnreadableLogError {
  constructor(partition: number, offset: number) {
    super(
      'OLD_MESSAGE_FORMAT',
      `partition ${partition} cannot be read on from offset ${offset}: the records there are of a message format that ` +
        `Kafka wrote before 0.11; copy the topic's records into a new topic with a consumer and a producer of today`,
    );
  }
}
