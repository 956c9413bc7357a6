import { EventDecoder } from '@antenna/event-schema';
import type { Assignment } from './assignment.ts';
import { ClaimQueue, type ClaimRequest, groupsOf, RETRY_STOPPED_MS } from './claim-queue.ts';
import {
  FenceLostError,
  type IngestionPorts,
  type IngestionSettings,
  type OffsetRange,
  type RecordBatch,
  type RecordReceiver,
  type Sink,
} from './ports/index.ts';
import { faultOf, type PartitionFault, unavailable } from './partition-fault.ts';
import { AssignmentReader } from './assignment-reader.ts';
import { type FailedCommit, Committer } from './committer.ts';
import { READ_ON, StoppedPartitions } from './stopped-partitions.ts';
import { rangesAround, resumeClaim } from './resume-claim.ts';

/** Partitions that are committed together, and what is done with them. */
interface ActiveAssignment {
  readonly assignment: Assignment;
  readonly reader: AssignmentReader;
  readonly committer: Committer;
}

/**
 * The speed layer's core: claims partitions, takes their records, and makes totals and archive durable, each event
 * exactly once in each sink. docs/commit-protocol.md says why in this order.
 *
 * Driven from outside: by the event source (`onPartitionsAssigned`, `onBatch`), and by `tick`, often.
 *
 * All partitions of an assignment of the group are claimed and committed together. One that cannot go on is stopped, and
 * claimed again from time to time; it then has an assignment of its own beside the others, which do not notice.
 */
export class Ingestion implements RecordReceiver {
  readonly #ports: IngestionPorts;
  readonly #settings: IngestionSettings;
  readonly #failure = Promise.withResolvers<never>();
  readonly #stopped: StoppedPartitions;
  readonly #queue = new ClaimQueue();
  readonly #decoder = new EventDecoder();
  #assignments: readonly ActiveAssignment[] = [];
  #assigned: readonly number[] = [];
  /** Of the partitions that the group has assigned: aborted when they are given up, with every claim under way. */
  #membership = new AbortController();
  /** What commits were divided to, which a new assignment does not undo; undefined for the usual bounds. */
  #commitRecords: number | undefined;
  #isClaimed = false;
  #isClaimingAgain = false;

  constructor(ports: IngestionPorts, settings: IngestionSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#stopped = new StoppedPartitions(ports.observer);
    this.#failure.promise.catch(() => undefined);
  }

  /** Rejects when the worker has to stop; never resolves. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** Whether partitions are claimed (none is fine too: there may be more workers than partitions). */
  get isClaimed(): boolean {
    return this.#isClaimed;
  }

  /** The partitions that are claimed, those that stand still among them. */
  get assignedPartitions(): readonly number[] {
    return this.#isClaimed ? this.#assigned : [];
  }

  /** Why partitions stand still that are claimed. They go on by themselves once they are put in order. */
  get stoppedPartitions(): ReadonlyMap<number, PartitionFault> {
    return this.#stopped.faults;
  }

  /** Predecessors' chunks that are still to be redone, but for those of partitions that stand still. */
  get openIntents(): number {
    const archives = this.#assignments.flatMap(({ assignment }) => assignment.archives);
    return archives.filter(({ isRedoing, partition }) => isRedoing && !this.#stopped.has(partition)).length;
  }

  /** First of all whatever is unsaved is thrown away, of every sink and partition: it belongs to an earlier claim. */
  async onPartitionsAssigned(partitions: readonly number[]): Promise<void> {
    this.release();
    this.#assigned = partitions;
    const together = { partitions, dueMs: 0, isApart: false, commitRecords: this.#commitRecords };
    await this.#claim([together], () => {
      this.#isClaimed = true;
      this.#ports.observer.observe({ kind: 'claimed', partitions });
    });
  }

  onBatch(batch: RecordBatch): boolean {
    const active = this.#assignmentOf(batch.partition);
    if (active === undefined) return false;
    try {
      const isTaken = active.reader.accept(batch, Math.max(1, active.committer.recordsLeft));
      this.tick();
      return isTaken;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) {
        this.#fail(error);
      } else {
        active.reader.stop(batch.partition);
        this.#suspend(batch.partition, fault, READ_ON);
      }
      return false;
    }
  }

  waitForCapacity(partition: number): Promise<unknown> | undefined {
    const active = this.#assignmentOf(partition);
    return active?.committer.hasCapacity(partition) === false ? active.assignment.change : undefined;
  }

  /** Starts whatever is due. Called after every batch, and often enough that intervals are kept. */
  tick(): void {
    for (const { committer } of this.#assignments) committer.tick();
    this.#claimAgain();
  }

  /**
   * Compares where we are with what the topic holds, since a client that has lost its place may wait for ever for a
   * record. Stops a partition of which unread records seem to be deleted; reads again what should have come long ago.
   */
  verifyOffsets(offsets: ReadonlyMap<number, OffsetRange | undefined>): void {
    if (!this.#isClaimed) return;
    for (const { reader } of this.#assignments)
      reader.verify(offsets, (partition) => this.waitForCapacity(partition) === undefined);
    this.#noteLeaders(offsets);
    this.tick();
  }

  /** Whether everything below these offsets has been taken, of the partitions that are ours and do not stand still. */
  hasTaken(endOffsets: ReadonlyMap<number, number>): boolean {
    const hasReached = (partition: number) => {
      const processor = this.#assignmentOf(partition)?.assignment.processors.get(partition);
      return processor !== undefined && processor.takenTo >= (endOffsets.get(partition) ?? 0);
    };
    return this.#isClaimed && this.#assigned.every((each) => this.#stopped.has(each) || hasReached(each));
  }

  /** Makes durable all that has been taken, in both sinks; returns early when the assignment is lost meanwhile. */
  async saveAll(): Promise<void> {
    await Promise.all(this.#assignments.map(({ committer }) => committer.saveAll()));
  }

  /** Gives everything up that is not durable, and takes no more until partitions are assigned again. */
  release(): void {
    this.#membership.abort();
    this.#membership = new AbortController();
    this.#isClaimed = false;
    this.#isClaimingAgain = false;
    this.#queue.clear();
    this.#stopped.clear();
    for (const { assignment, committer } of this.#assignments) {
      this.#commitRecords = committer.commitRecords;
      assignment.abandon();
    }
    this.#assignments = [];
  }

  /**
   * Takes partitions over, and reads them. Offsets are read before and after, so that what others have saved meanwhile is
   * not taken for a gap.
   */
  async #claim(requests: readonly ClaimRequest[], claimed: () => void): Promise<void> {
    const { signal } = this.#membership;
    const { store, source, retry, clock } = this.#ports;
    const partitions = requests.flatMap((request) => request.partitions);
    try {
      const before = await retry('read offsets', () => source.offsets(), signal);
      const positions = await retry('claim', () => store.claim(this.#settings.sinks, partitions), signal);
      const after = await retry('read offsets', () => source.offsets(), signal);
      if (signal.aborted) return;
      const context = { ...this.#settings, claimedMs: clock.nowMs(), decoder: this.#decoder };
      const groups = groupsOf(requests).map(({ partitions: group, commitRecords }) => {
        const own = positions.filter(({ partition }) => group.includes(partition));
        return { ...resumeClaim(own, rangesAround(before, after), context), commitRecords };
      });
      claimed();
      for (const { assignment, faults, commitRecords } of groups) {
        for (const [partition, fault] of faults) this.#suspend(partition, fault);
        this.#stopped.claimed([...assignment.processors.keys()]);
        if (assignment.processors.size > 0) this.#activate(assignment, commitRecords);
      }
      this.#noteLeaders(after);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  #activate(assignment: Assignment, commitRecords: number | undefined): void {
    const stop = (partition: number, error: unknown) => {
      this.#stopOrFail(active, partition, error);
    };
    const inBackground = (operation: string, step: () => Promise<void>, partition?: number) => {
      step().catch((error: unknown) => {
        if (!assignment.signal.aborted) this.#interrupted(active, { operation, partition, error });
      });
    };
    // What a partition had taken before it was stopped does not show that it is in order.
    const goesOn = (partition: number) => assignment.processors.get(partition)?.isStopped !== true;
    const saved = (sink: Sink, partitions: readonly number[]) => {
      this.#stopped.saved(sink, partitions.filter(goesOn));
    };
    const share = () => 1 / this.#assignments.length;
    const context = { ports: this.#ports, settings: this.#settings, inBackground, stop, saved, share };
    const reader = new AssignmentReader(assignment, context);
    const redone = () => {
      reader.redoNext();
    };
    const commitFailed = (failed: FailedCommit) => {
      this.#commitFailed(active, failed);
    };
    const committer = new Committer(assignment, context, { redone, commitFailed, commitRecords });
    const active: ActiveAssignment = { assignment, reader, committer };
    this.#assignments = [...this.#assignments, active];
    reader.start();
  }

  /** A refusal may mean that another worker has the partition now: the group tells, before anything is claimed again. */
  #interrupted(active: ActiveAssignment, { operation, partition, error }: Interruption): void {
    if (error instanceof FenceLostError) {
      this.#ports.observer.observe({ kind: 'refused', operation, message: error.message });
      this.release();
      this.#ports.source.reclaim();
      return;
    }
    if (partition === undefined) this.#fail(error);
    else this.#stopOrFail(active, partition, error);
  }

  /**
   * Stops a partition that cannot go on. What was taken of it is saved first. Whether records are really missing, or
   * others have saved them while this worker was frozen, only a new claim can tell.
   */
  #stopOrFail({ reader }: ActiveAssignment, partition: number, error: unknown): void {
    const fault = faultOf(error);
    if (fault === undefined) {
      this.#fail(error);
      return;
    }
    reader.stop(partition);
    if (fault.code === 'ARCHIVE_CONFLICT') this.#suspend(partition, fault);
    else this.#queue.add({ partitions: [partition], dueMs: 0, isApart: false, commitRecords: undefined });
  }

  /** A partition does nothing until it is claimed again in a while. */
  #suspend(partition: number, fault: PartitionFault, endedBy?: typeof READ_ON): void {
    this.#stopped.stop(partition, fault, endedBy);
    const dueMs = this.#ports.clock.nowMs() + RETRY_STOPPED_MS;
    // A sum that is out of range makes every commit fail that it is part of.
    const isApart = fault.code === 'SUM_OUT_OF_RANGE';
    this.#queue.add({ partitions: [partition], dueMs, isApart, commitRecords: undefined });
  }

  /**
   * Throws away what was to be committed, and claims its partitions again: with half as many records a commit when it
   * took too long; each by itself when a sum is out of range, to see which it is.
   */
  #commitFailed(active: ActiveAssignment, { error, commit, records }: FailedCommit): void {
    const { code, message } = error;
    this.#ports.observer.observe({ kind: 'commit-divided', records, code, message });
    const partitions = [...active.assignment.processors.keys()];
    this.#drop(active);
    const claimNow = (group: readonly number[], commitRecords?: number) => {
      this.#queue.add({ partitions: group, dueMs: 0, isApart: true, commitRecords });
    };
    if (code === 'COMMIT_TOO_LONG') {
      this.#commitRecords = Math.max(1, Math.floor(records / 2));
      claimNow(partitions, this.#commitRecords);
    } else {
      const suspects = commit.moves.map(({ partition }) => partition);
      claimNow(partitions.filter((partition) => !suspects.includes(partition)));
      const [culprit] = suspects;
      if (suspects.length === 1 && culprit !== undefined) this.#suspend(culprit, { code, message, sink: 'totals' });
      else for (const suspect of suspects) claimNow([suspect]);
    }
    this.#claimAgain();
  }

  /** Claims what is due, once nothing of it is unsaved: a claim would lock out our own commit. */
  #claimAgain(): void {
    if (!this.#isClaimed || this.#isClaimingAgain) return;
    const isBusy = (partition: number) => this.#assignmentOf(partition)?.assignment.holdsUnsaved(partition) === true;
    const due = this.#queue.takeDue(this.#ports.clock.nowMs(), isBusy);
    if (due.length === 0) return;
    for (const partition of due.flatMap(({ partitions }) => partitions)) this.#leave(partition);
    const { signal } = this.#membership;
    this.#isClaimingAgain = true;
    const done = () => {
      if (!signal.aborted) this.#isClaimingAgain = false;
    };
    void this.#claim(due, done);
  }

  #leave(partition: number): void {
    const active = this.#assignmentOf(partition);
    active?.assignment.remove(partition);
    if (active?.assignment.processors.size === 0) this.#drop(active);
  }

  #drop(active: ActiveAssignment): void {
    active.assignment.abandon();
    this.#assignments = this.#assignments.filter((each) => each !== active);
  }

  /** A partition without a leader is read on as soon as it has one: nothing was thrown away. */
  #noteLeaders(offsets: ReadonlyMap<number, OffsetRange | undefined>): void {
    for (const partition of this.#assigned) {
      if (offsets.get(partition) !== undefined) {
        if (this.#stopped.foundLeader(partition)) this.#assignmentOf(partition)?.reader.readOn(partition);
      } else if (offsets.has(partition) && !this.#stopped.has(partition)) {
        this.#stopped.stop(partition, unavailable(partition));
      }
    }
  }

  #assignmentOf(partition: number): ActiveAssignment | undefined {
    return this.#assignments.find(({ assignment }) => assignment.processors.has(partition));
  }

  #fail(error: unknown): void {
    this.release();
    this.#failure.reject(error);
  }
}

interface Interruption {
  readonly operation: string;
  readonly partition: number | undefined;
  readonly error: unknown;
}
