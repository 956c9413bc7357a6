import type { BatchOfSet } from './record-set.ts';
import type { StoredBatch } from './stored-batch.ts';
import { StoredRecords } from './stored-records.ts';

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/**
 * Stands for offsets whose records nobody gets: transaction markers, and what was written by transactions that were
 * aborted. kafkajs moves over them, and reports their first and last offset.
 */
export interface Withheld {
  readonly offset: string;
  readonly isControlRecord: true;
}

/**
 * What readers of committed records get of a fetched set. kafkajs itself would begin with one aborted transaction per
 * message, and so deliver the first records of others that are open at the same time.
 * @param aborted by their first offsets.
 */
export function visibleBatches(
  batches: readonly BatchOfSet[],
  aborted: readonly AbortedTransaction[],
): readonly (StoredBatch | Withheld)[] {
  const waiting = [...aborted];
  const abortedProducers = new Set<bigint>();
  return batches.flatMap((each) => {
    while (waiting[0] !== undefined && waiting[0].firstOffset <= each.lastOffset) {
      abortedProducers.add(waiting[0].producerId);
      waiting.shift();
    }
    if (each.isControl) {
      if (isAbortMarker(each.batch)) abortedProducers.delete(each.producerId);
      return withheld(each);
    }
    return each.isTransactional && abortedProducers.has(each.producerId) ? withheld(each) : each.batch;
  });
}

function withheld({ firstOffset, lastOffset }: BatchOfSet): (StoredBatch | Withheld)[] {
  const offsets = firstOffset === lastOffset ? [lastOffset] : [firstOffset, lastOffset];
  return offsets.map((offset) => ({ offset: String(offset), isControlRecord: true }));
}

/** The key of a marker: version and type, of which 0 is an abort. */
function isAbortMarker(batch: StoredBatch): boolean {
  const records = new StoredRecords([batch], 0);
  const key = records.next() ? records.record().key : null;
  return key?.length === 4 && key.every((byte) => byte === 0);
}
