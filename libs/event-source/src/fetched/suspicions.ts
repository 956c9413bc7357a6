import { createHash } from 'node:crypto';

/**
 * Remembers the last batch of each partition that could not be believed. Bytes may be damaged on their way from the
 * broker: only those that come twice in a row are stored that way.
 */
export class Suspicions {
  readonly #digests = new Map<number, string>();

  /** Whether the last batch that could not be believed of this partition was the same. */
  isStored(partition: number, batch: Buffer): boolean {
    const digest = createHash('sha256').update(batch).digest('hex');
    const isStored = this.#digests.get(partition) === digest;
    this.#digests.set(partition, digest);
    return isStored;
  }
}
