/** How long a stopped partition stands still before it is claimed again, to see whether it has been put in order. */
export const RETRY_STOPPED_MS = 30_000;

/** Partitions that are going to be claimed again, without a new assignment by the group. */
export interface ClaimRequest {
  readonly partitions: readonly number[];
  /** Processing time from which on it may be made. */
  readonly dueMs: number;
  /** Whether nothing else may be committed together with these. */
  readonly isApart: boolean;
  /** At most so many records a commit; undefined for the usual bounds. */
  readonly commitRecords: number | undefined;
}

/** The claims that a worker owes itself. A partition is in one request at most. */
export class ClaimQueue {
  #requests: readonly ClaimRequest[] = [];

  add(request: ClaimRequest): void {
    if (request.partitions.length > 0) this.#requests = [...this.#without(request.partitions), request];
  }

  /** Takes out those that are due, unless something of one of their partitions has still to be saved. */
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

/** The partitions of each assignment that is made of these requests: those that need not be apart are in one. */
export function groupsOf(requests: readonly ClaimRequest[]): readonly Omit<ClaimRequest, 'dueMs'>[] {
  const shared = requests.filter(({ isApart }) => !isApart);
  const partitions = shared.flatMap((request) => request.partitions);
  const commitRecords = shared.find((request) => request.commitRecords !== undefined)?.commitRecords;
  const together = partitions.length === 0 ? [] : [{ partitions, isApart: false, commitRecords }];
  return [...together, ...requests.filter(({ isApart }) => isApart)];
}
