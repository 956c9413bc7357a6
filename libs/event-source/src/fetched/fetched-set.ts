import type { AbortedTransaction } from './aborted-transactions.ts';

/**
 * What one fetch brought of a partition: whole stored batches one after the other, as they came, and the aborted
 * transactions that reach into them. `fetchedParts` reads it.
 *
 * In kafkajs it takes the place of a message, of which kafkajs looks at nothing but the first two properties.
 */
export class FetchedSet {
  /** As late as any: kafkajs drops what lies before the offset that it has asked for. */
  readonly offset = '9223372036854775807';
  readonly isControlRecord = false;
  readonly bytes: Buffer;
  readonly aborted: readonly AbortedTransaction[];

  constructor(bytes: Buffer, aborted: readonly AbortedTransaction[]) {
    this.bytes = bytes;
    this.aborted = aborted;
  }
}
