/** How long a stopped partition waits before it is claimed again, to check whether its fault has been repaired. */
export const RETRY_STOPPED_MS = 30_000;

/** Partitions that the worker is going to claim again, without a new assignment by the consumer group. */
export interface ClaimRequest {
  readonly partitions: readonly number[];
  /** Earliest processing time of the claim, milliseconds since 1970. */
  readonly dueMs: number;
  /** Whether these partitions are committed apart from all others. */
  readonly isApart: boolean;
  /** Maximum records of a commit; undefined for the usual bounds. */
  readonly commitRecords: number | undefined;
}

/** A worker's pending claims. A partition is in one request at most. */
export class ClaimQueue {
  #requests: readonly ClaimRequest[] = [];

  add(request: ClaimRequest): void {
    if (request.partitions.length > 0) this.#requests = [...this.#without(request.partitions), request];
  }

  /** Removes and returns the requests that are due, unless one of their partitions still has unsaved records. */
  takeDue(nowMs: number, isBusy: (partition: number) => boolean): readonly ClaimRequest[] {
    if (this.#requests.length === 0) return [];
    const due = this.#requests.filter(({ dueMs, partitions }) => dueMs <= nowMs && !partitions.some(isBusy));
    this.#requests = this.#requests.filter((request) => !due.includes(request));
    return due;
  }

  clear(): void {
    this.#requests = [];
  }

  #without(partitions: readonly number[]): ClaimRequest[] {
    return this.#requests
      .map((request) => ({ ...request, partitions: request.partitions.filter((each) => !partitions.includes(each)) }))
      .filter((request) => request.partitions.length > 0);
  }
}

/** Groups requests into assignments: all that need not be apart share one, each other request has its own. */
export function groupsOf(requests: readonly ClaimRequest[]): readonly Omit<ClaimRequest, 'dueMs'>[] {
  const shared = requests.filter(({ isApart }) => !isApart);
  const partitions = shared.flatMap((request) => request.partitions);
  const commitRecords = shared.find((request) => request.commitRecords !== undefined)?.commitRecords;
  const together = partitions.length === 0 ? [] : [{ partitions, isApart: false, commitRecords }];
  return [...together, ...requests.filter(({ isApart }) => isApart)];
}
