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

/** An assignment of partitions that are committed together, with its reader and its committer. */
interface ActiveAssignment {
  readonly assignment: Assignment;
  readonly reader: AssignmentReader;
  readonly committer: Committer;
}

/**
 * The speed layer's core: claims partitions, takes their records, and makes totals and archive durable, each event
 * exactly once in each sink. docs/commit-protocol.md explains the order of the steps.
 *
 * The event source drives it (`onPartitionsAssigned`, `onBatch`), and a timer that calls `tick`.
 *
 * All partitions that the consumer group assigns are claimed and committed together. A partition with a fault is
 * stopped and claimed again every 30 s; it then has an assignment of its own, so that the other partitions go on
 * undisturbed.
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
  /** Aborted when the partitions that the group assigned are released; it also cancels every claim under way. */
  #membership = { aborted: false };
  /** Maximum records of a commit since one took too long, kept across assignments; undefined for the usual bounds. */
  #commitRecords: number | undefined;
  /** Whether a commit may wait for the end of a window: not after one has taken too long. */
  #mayGather = true;
  /** Whether this worker has given up partitions before, by a rebalance or a lost fence, without saving their records. */
  #hasReleased = false;
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

  /**
   * Whether the assigned partitions are claimed. An empty assignment counts: there may be more workers than partitions.
   */
  get isClaimed(): boolean {
    return this.#isClaimed;
  }

  /** The claimed partitions, including stopped ones. */
  get assignedPartitions(): readonly number[] {
    return this.#isClaimed ? this.#assigned : [];
  }

  /** The faults of the stopped partitions. A partition resumes by itself once its fault is repaired. */
  get stoppedPartitions(): ReadonlyMap<number, PartitionFault> {
    return this.#stopped.faults;
  }

  /** Predecessors' intents that are not redone yet, without those of stopped partitions. */
  get openIntents(): number {
    const archives = this.#assignments.flatMap(({ assignment }) => assignment.archives);
    return archives.filter(({ hasOpenIntent, partition }) => hasOpenIntent && !this.#stopped.has(partition)).length;
  }

  /** Discards the unsaved records of every sink and partition first: they belong to an earlier claim. */
  async onPartitionsAssigned(partitions: readonly number[]): Promise<void> {
    this.release();
    this.#assigned = partitions;
    this.#ports.observer.observe({ kind: 'assigned', partitions });
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

  /**
   * Starts the flushes, chunks and claims that are due. Called after every batch, and often enough to keep intervals.
   */
  tick(): void {
    for (const { committer } of this.#assignments) committer.tick();
    this.#claimAgain();
  }

  /**
   * Compares the partitions' offsets with the topic's, since a client that has lost its position may wait for ever.
   * Stops a partition whose unread records retention seems to have deleted; reads a stalled partition again.
   */
  verifyOffsets(offsets: ReadonlyMap<number, OffsetRange | undefined>): void {
    if (!this.#isClaimed) return;
    for (const { reader } of this.#assignments)
      reader.verify(offsets, (partition) => this.waitForCapacity(partition) === undefined);
    this.#noteLeaders(offsets);
    this.tick();
  }

  /** Whether all records below these offsets have been processed, of all claimed partitions that are not stopped. */
  hasProcessed(endOffsets: ReadonlyMap<number, number>): boolean {
    const hasReached = (partition: number) => {
      const processor = this.#assignmentOf(partition)?.assignment.processors.get(partition);
      return processor !== undefined && processor.processedTo >= (endOffsets.get(partition) ?? 0);
    };
    return this.#isClaimed && this.#assigned.every((each) => this.#stopped.has(each) || hasReached(each));
  }

  /** The offset of the next record to process, of each claimed partition. */
  get processedOffsets(): ReadonlyMap<number, number> {
    const processors = this.#assignments.flatMap(({ assignment }) => [...assignment.processors]);
    return new Map(processors.map(([partition, { processedTo }]) => [partition, processedTo]));
  }

  /** Makes all taken records durable in both sinks; returns early when the assignment is lost meanwhile. */
  async saveAll(): Promise<void> {
    await Promise.all(this.#assignments.map(({ committer }) => committer.saveAll()));
  }

  /** Discards all records that are not durable, and takes none until partitions are assigned again. */
  release(): void {
    this.#membership.aborted = true;
    this.#membership = { aborted: false };
    this.#isClaimed = false;
    this.#isClaimingAgain = false;
    this.#queue.clear();
    this.#stopped.clear();
    for (const { assignment, committer } of this.#assignments) {
      this.#commitRecords = committer.commitRecords;
      this.#hasReleased = true;
      assignment.abandon();
    }
    this.#assignments = [];
  }

  /**
   * Claims partitions and starts to read them. Offsets are read before and after the claim, so that records which
   * another worker saved meanwhile are not mistaken for a gap.
   */
  async #claim(requests: readonly ClaimRequest[], claimed: () => void): Promise<void> {
    const signal = this.#membership;
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
    // Saving records that were taken before the stop does not prove that the fault is repaired.
    const goesOn = (partition: number) => assignment.processors.get(partition)?.isStopped !== true;
    const saved = (sink: Sink, partitions: readonly number[]) => {
      this.#stopped.saved(sink, partitions.filter(goesOn));
    };
    const share = () => 1 / this.#assignments.length;
    // A worker that dies again and again, or whose partitions are assigned anew as often, gets on by its first commits.
    const mayFirstGather = this.#settings.isDrain === true && !this.#hasReleased;
    const mayGather = () => this.#mayGather && (mayFirstGather || committer.hasBegun);
    const renewInterners = () => {
      this.#decoder.renewInterners();
    };
    const callbacks = { inBackground, stop, saved, share, mayGather, renewInterners };
    const context = { ports: this.#ports, settings: this.#settings, ...callbacks };
    const reader = new AssignmentReader(assignment, context);
    const intentEnded = () => {
      reader.readNextIntent();
    };
    const commitFailed = (failed: FailedCommit) => {
      this.#commitFailed(active, failed);
    };
    const committer = new Committer(assignment, context, { intentEnded, commitFailed, commitRecords });
    const active: ActiveAssignment = { assignment, reader, committer };
    this.#assignments = [...this.#assignments, active];
    reader.start();
  }

  /**
   * A lost fence may mean that another worker owns the partition: the group assigns partitions anew before any claim.
   */
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
   * Stops a partition with a fault, after its taken records are saved. Only a new claim can show whether records are
   * missing, or another worker saved them while this one was frozen.
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

  /** Stops a partition until it is claimed again, 30 s later. */
  #suspend(partition: number, fault: PartitionFault, endedBy?: typeof READ_ON): void {
    this.#stopped.stop(partition, fault, endedBy);
    const dueMs = this.#ports.clock.nowMs() + RETRY_STOPPED_MS;
    // A sum out of range fails every commit that contains it.
    const isApart = fault.code === 'SUM_OUT_OF_RANGE';
    this.#queue.add({ partitions: [partition], dueMs, isApart, commitRecords: undefined });
  }

  /**
   * Discards a failed commit and claims its partitions again: with half as many records a commit when it took too long;
   * each partition by itself when a sum is out of range, to find the partition that causes it.
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
      this.#mayGather = false;
      this.#commitRecords = Math.max(1, Math.floor(Math.min(records, this.#settings.flushMaxEvents) / 2));
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

  /**
   * Makes the claims that are due, once their partitions have no unsaved records: a claim fences off our own commit.
   */
  #claimAgain(): void {
    if (!this.#isClaimed || this.#isClaimingAgain) return;
    const isBusy = (partition: number) => this.#assignmentOf(partition)?.assignment.holdsUnsaved(partition) === true;
    const due = this.#queue.takeDue(this.#ports.clock.nowMs(), isBusy);
    if (due.length === 0) return;
    for (const partition of due.flatMap(({ partitions }) => partitions)) this.#leave(partition);
    const signal = this.#membership;
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

  /**
   * Stops partitions that have lost their leader, and resumes them with their unsaved records when they have one again.
   */
  #noteLeaders(offsets: ReadonlyMap<number, OffsetRange | undefined>): void {
    for (const partition of this.#assigned) {
      if (offsets.get(partition) !== undefined) {
        if (this.#stopped.foundLeader(partition)) this.#assignmentOf(partition)?.reader.readOn(partition);
      } else if (offsets.has(partition) && !this.#stopped.has(partition)) {
        this.#stopped.stop(partition, unavailable(partition));
        this.#assignmentOf(partition)?.assignment.processors.get(partition)?.noteLeaderLost();
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
