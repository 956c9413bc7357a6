import type { BatchOfSet } from './record-set.ts';
import { StoredBatch } from './stored-batch.ts';
import { StoredRecords } from './stored-records.ts';

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/**
 * What readers of committed records get of a fetched set: every stored batch in its place, without records where it is
 * a transaction marker or was written by a transaction that was aborted.
 *
 * Kafka's own consumer is the model. A producer's batches are hidden from the first offset of its aborted transaction
 * to the marker that ends it. The broker lists aborted transactions in the order of those markers, so that one that
 * began earlier may be listed later. It lists each that reaches into the fetch, wherever it began: what is hidden does
 * not depend on where the fetch begins or ends.
 */
export function visibleBatches(
  batches: readonly BatchOfSet[],
  aborted: readonly AbortedTransaction[],
): readonly StoredBatch[] {
  const toBegin = aborted.toSorted((left, right) => (left.firstOffset < right.firstOffset ? -1 : 1));
  const hidden = new Set<bigint>();
  return batches.map((each) => {
    while (toBegin[0] !== undefined && toBegin[0].firstOffset <= each.lastOffset) {
      hidden.add(toBegin[0].producerId);
      toBegin.shift();
    }
    if (each.isControl && isAbortMarker(each.batch)) hidden.delete(each.producerId);
    const isHidden = each.isControl || (each.isTransactional && hidden.has(each.producerId));
    return isHidden ? withoutRecords(each.batch) : each.batch;
  });
}

function withoutRecords({ parts }: StoredBatch): StoredBatch {
  return new StoredBatch({ ...parts, recordCount: 0, records: Buffer.alloc(0) });
}

/** The key of a marker: version and type, of which 0 is an abort. */
function isAbortMarker(batch: StoredBatch): boolean {
  const records = new StoredRecords([batch], 0);
  const key = records.next() ? records.record().key : null;
  return key?.length === 4 && key[2] === 0 && key[3] === 0;
}
