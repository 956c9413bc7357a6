import type { BatchHead } from './packed-batch.ts';

/** The fields of a batch that decide whether it is hidden. */
type Written = Pick<BatchHead, 'lastOffset' | 'producerId' | 'isTransactional'>;

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/**
 * Finds the batches of a fetch that belong to aborted transactions, by the rule of Kafka's own consumer: a producer's
 * batches are hidden from the first offset of its aborted transaction to the marker that ends it.
 *
 * The broker lists aborted transactions in the order of their markers, so a transaction that began earlier may be
 * listed later. It lists every transaction that overlaps the fetch, including those that began before it, so the result
 * does not depend on where the fetch begins or ends.
 */
export class AbortedTransactions {
  readonly #toBegin: AbortedTransaction[];
  readonly #hidden = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#toBegin = aborted.toSorted((left, right) => (left.firstOffset < right.firstOffset ? -1 : 1));
  }

  /** Whether the records of a batch are hidden. Call once for each batch, in offset order. */
  hides({ lastOffset, producerId, isTransactional }: Written): boolean {
    while (this.#toBegin[0] !== undefined && this.#toBegin[0].firstOffset <= lastOffset) {
      this.#hidden.add(this.#toBegin[0].producerId);
      this.#toBegin.shift();
    }
    return isTransactional && this.#hidden.has(producerId);
  }

  /** Ends the producer's aborted transaction: call for each abort marker. */
  end(producerId: bigint): void {
    this.#hidden.delete(producerId);
  }
}
