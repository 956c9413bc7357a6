import type { BatchHead } from './packed-batch.ts';

/** By whom a batch was written. */
type Written = Pick<BatchHead, 'lastOffset' | 'producerId' | 'isTransactional'>;

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/**
 * Which of the batches of a fetch were written by transactions that were aborted. Kafka's own consumer is the model: a
 * producer's batches are hidden from the first offset of its aborted transaction to the marker that ends it.
 *
 * The broker lists aborted transactions in the order of those markers, so that one that began earlier may be listed
 * later. It lists each that reaches into the fetch, wherever it began: what is hidden does not depend on where the fetch
 * begins or ends.
 */
export class AbortedTransactions {
  readonly #toBegin: AbortedTransaction[];
  readonly #hidden = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#toBegin = aborted.toSorted((left, right) => (left.firstOffset < right.firstOffset ? -1 : 1));
  }

  /** Whether the records of a batch are hidden. To be asked for each batch, in order. */
  hides({ lastOffset, producerId, isTransactional }: Written): boolean {
    while (this.#toBegin[0] !== undefined && this.#toBegin[0].firstOffset <= lastOffset) {
      this.#hidden.add(this.#toBegin[0].producerId);
      this.#toBegin.shift();
    }
    return isTransactional && this.#hidden.has(producerId);
  }

  /** An abort marker of the producer has come. */
  end(producerId: bigint): void {
    this.#hidden.delete(producerId);
  }
}
