import type { Batch } from 'kafkajs';
import type { FetchPlace } from './batch-steps.ts';
import { FetchedSet } from './fetched-set.ts';

/** A batch as kafkajs has it at run time; its types leave out the offset that it was fetched from. */
type BatchAtRunTime = Batch & { readonly fetchedOffset: string };

/**
 * What a batch of kafkajs holds: all that a fetch has brought of a partition.
 * @throws {TypeError} when the client gives no fetched offset, or messages of its own: neither can be trusted.
 */
export function fetchedBatch(batch: Batch): { readonly set: FetchedSet; readonly place: FetchPlace } {
  const set: unknown = batch.messages[0];
  if (!hasFetchedOffset(batch) || !(set instanceof FetchedSet)) {
    throw new TypeError('this version of kafkajs does not hand over what lean-kafkajs.ts gives it');
  }
  const { partition, fetchedOffset, highWatermark } = batch;
  return { set, place: { partition, fetchedOffset: Number(fetchedOffset), highWatermark: Number(highWatermark) } };
}

function hasFetchedOffset(batch: Batch): batch is BatchAtRunTime {
  return 'fetchedOffset' in batch && Number.isSafeInteger(Number(batch.fetchedOffset));
}
