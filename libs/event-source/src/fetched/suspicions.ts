import { createHash } from 'node:crypto';

/**
 * Remembers the last invalid batch of each partition. Bytes may be damaged in transit: a batch counts as stored damaged
 * only when two fetches in a row bring the same bytes.
 */
export class Suspicions {
  readonly #digests = new Map<number, string>();

  /** Whether the partition's previous invalid batch had the same bytes. */
  isStored(partition: number, batch: Buffer): boolean {
    const digest = createHash('sha256').update(batch).digest('hex');
    const isStored = this.#digests.get(partition) === digest;
    this.#digests.set(partition, digest);
    return isStored;
  }
}
