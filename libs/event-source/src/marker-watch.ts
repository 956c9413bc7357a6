/**
 * Tells apart, among batches that held nothing but markers, those of fetches that began after a seek. kafkajs reports
 * such batches without the offset that they were fetched from, and one that waited in its queue while the partition was
 * seeked would move the expectation over records that nobody has read. Each broker has a fetcher of its own which
 * works its batches off before it fetches again: when every fetcher has begun anew, nothing older is left.
 */
export class MarkerWatch {
  readonly #fetchers = new Set<string>();
  readonly #notYetAnew = new Map<number, Set<string>>();

  fetchBegins(nodeId: string): void {
    this.#fetchers.add(nodeId);
    for (const [partition, fetchers] of this.#notYetAnew) {
      fetchers.delete(nodeId);
      if (fetchers.size === 0) this.#notYetAnew.delete(partition);
    }
  }

  seeked(partition: number): void {
    this.#notYetAnew.set(partition, new Set(this.#fetchers));
  }

  /** Brokers may have gone: the fetchers are those that begin from now on. */
  forgetFetchers(): void {
    this.#fetchers.clear();
  }

  /** Whether a batch of this partition is sure to come from a fetch that began after the last seek. */
  isCurrent(partition: number): boolean {
    return !this.#notYetAnew.has(partition);
  }
}
