import type { AbortedTransaction } from './aborted-transactions.ts';
import { freeResponse } from '../received/response-memory.ts';
import type { Batch } from 'kafkajs';

/** The response to a fetch, as received, which holds sets of one or more partitions. */
export class FetchedResponse {
  readonly bytes: Buffer;
  /** How many of its sets are not released yet. */
  sets = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/**
 * What one fetch brought of a partition: whole stored batches in sequence, as received, and the aborted transactions
 * that overlap them. `fetchedParts` reads it.
 *
 * In kafkajs it stands in for a message, of which kafkajs reads only the first two properties.
 */
export class FetchedSet {
  /** The largest offset, because kafkajs drops messages whose offset is below the fetched one. */
  readonly offset = '9223372036854775807';
  readonly isControlRecord = false;
  readonly bytes: Buffer;
  readonly aborted: readonly AbortedTransaction[];
  readonly #response: FetchedResponse;

  constructor(bytes: Buffer, aborted: readonly AbortedTransaction[], response = new FetchedResponse(bytes)) {
    this.bytes = bytes;
    this.aborted = aborted;
    this.#response = response;
    response.sets += 1;
  }

  /** Its bytes are read, and nobody reads them again: the response is freed with the last of its sets. */
  release(): void {
    this.#response.sets -= 1;
    if (this.#response.sets === 0) freeResponse(this.#response.bytes);
  }
}

/** The partition, offset and end of a fetch. */
export interface FetchPlace {
  readonly partition: number;
  readonly fetchedOffset: number;
  /** End of the partition (exclusive). */
  readonly highWatermark: number;
}

/** A batch of kafkajs at run time. The type declarations of kafkajs lack the fetched offset. */
type BatchAtRunTime = Batch & { readonly fetchedOffset: string };

/**
 * Unwraps a batch of kafkajs: the batches of one partition that a fetch returned, and the partition and offset of the
 * fetch.
 * @throws {TypeError} when the batch has no fetched offset, or messages of kafkajs in place of a `FetchedSet`: this
 * version of kafkajs is not patched.
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
