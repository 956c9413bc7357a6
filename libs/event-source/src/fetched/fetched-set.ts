import type { AbortedTransaction } from './aborted-transactions.ts';

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

  constructor(bytes: Buffer, aborted: readonly AbortedTransaction[]) {
    this.bytes = bytes;
    this.aborted = aborted;
  }
}
