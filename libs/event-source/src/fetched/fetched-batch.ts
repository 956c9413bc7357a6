import type { Batch } from 'kafkajs';
import type { FetchPlace } from './batch-steps.ts';
import { FetchedSet } from './fetched-set.ts';

/** A batch of kafkajs at run time; its type declarations lack the fetched offset. */
type BatchAtRunTime = Batch & { readonly fetchedOffset: string };

/**
 * The fetched set in a batch of kafkajs: everything that one fetch brought of a partition.
 * @throws {TypeError} when kafkajs gives no fetched offset, or its own messages: this version of it is not patched.
 */
export function fetchedBatch(batch: Batch): { readonly set: FetchedSet; readonly place: FetchPlace } {
  const set: unknown = batch.messages[0];
  if (!hasFetchedOffset(batch) || !(set instanceof FetchedSet)) {
    throw new TypeError('this version of kafkajs does not hand over what kafkajs-patches.ts gives it');
  }
  const { partition, fetchedOffset, highWatermark } = batch;
  return { set, place: { partition, fetchedOffset: Number(fetchedOffset), highWatermark: Number(highWatermark) } };
}

function hasFetchedOffset(batch: Batch): batch is BatchAtRunTime {
  return 'fetchedOffset' in batch && Number.isSafeInteger(Number(batch.fetchedOffset));
}
