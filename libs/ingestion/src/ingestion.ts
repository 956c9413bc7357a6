import type { Assignment } from './assignment.ts';
import { ClaimQueue, type ClaimRequest, groupsOf, RETRY_STOPPED_MS } from './claim-queue.ts';
import { FenceLostError } from './ports/index.ts';
import { faultOf, type PartitionFault, unavailable } from './partition-fault.ts';
import type {
  IngestionPorts,
  IngestionSettings,
  OffsetRange,
  RecordBatch,
  RecordReceiver,
  Sink,
} from './ports/index.ts';
import { Reading } from './assignment-reader.ts';
import { type FailedCommit, Saving } from './committer.ts';
import { READ_ON, StoppedPartitions } from './stopped-partitions.ts';
import { rangesAround, takeOver } from './resume-claim.ts';

/** Partitions that are committed together, and what is done with them. */
interface Working {
  readonly assignment: Assignment;
  readonly reading: Reading;
  readonly saving: Saving;
}

/**
 * The speed layer's core: claims partitions, takes their records, and makes totals and archive durable, each event
 * exactly once in each sink. docs/commit-protocol.md says why in this order.
 *
 * Driven from outside: by the event source (`assigned`, `take`), and by `tick`, often.
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
  #workings: readonly Working[] = [];
  #assigned: readonly number[] = [];
  /** Counts what the group has assigned, and what was given up: a claim for an earlier one is of no interest. */
  #claims = 0;
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

  /** First of all whatever is unsaved is thrown away, of every sink and partition: it belongs to an earlier claim. */
  async assigned(partitions: readonly number[]): Promise<void> {
    this.release();
    this.#assigned = partitions;
    const together = { partitions, dueMs: 0, isApart: false, commitRecords: this.#commitRecords };
    await this.#claim([together], () => {
      this.#isClaimed = true;
      this.#ports.observer.observe({ kind: 'claimed', partitions });
    });
  }

  take(batch: RecordBatch): boolean {
    const working = this.#workingOf(batch.partition);
    if (working === undefined) return false;
    try {
      const isTaken = working.reading.take(batch, Math.max(1, working.saving.recordsLeft));
      this.tick();
      return isTaken;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) {
        this.#fail(error);
      } else {
        working.reading.stop(batch.partition);
        this.#standStill(batch.partition, fault, READ_ON);
      }
      return false;
    }
  }

  room(partition: number): Promise<unknown> | undefined {
    const working = this.#workingOf(partition);
    return working?.saving.hasRoom(partition) === false ? working.assignment.change : undefined;
  }

  /** Starts whatever is due. Called after every batch, and often enough that intervals are kept. */
  tick(): void {
    for (const { saving } of this.#workings) saving.tick();
    this.#claimAgain();
  }

  /**
   * Compares where we are with what the topic holds, since a client that has lost its place may wait for ever for a
   * record. Stops a partition of which unread records seem to be deleted; reads again what should have come long ago.
   */
  verifyOffsets(offsets: ReadonlyMap<number, OffsetRange | undefined>): void {
    if (!this.#isClaimed) return;
    for (const { reading } of this.#workings)
      reading.verify(offsets, (partition) => this.room(partition) === undefined);
    this.#noteLeaders(offsets);
    this.tick();
  }

  /** Whether everything below these offsets has been taken, of the partitions that are ours and do not stand still. */
  hasTaken(endOffsets: ReadonlyMap<number, number>): boolean {
    const hasReached = (partition: number) => {
      const intake = this.#workingOf(partition)?.assignment.intakes.get(partition);
      return intake !== undefined && intake.expected >= (endOffsets.get(partition) ?? 0);
    };
    return this.#isClaimed && this.#assigned.every((each) => this.#stopped.has(each) || hasReached(each));
  }

  /** Makes durable all that has been taken, in both sinks; returns early when the assignment is lost meanwhile. */
  async saveAll(): Promise<void> {
    await Promise.all(this.#workings.map(({ saving }) => saving.all()));
  }

  /** Gives everything up that is not durable, and takes no more until partitions are assigned again. */
  release(): void {
    this.#claims += 1;
    this.#isClaimed = false;
    this.#isClaimingAgain = false;
    this.#queue.clear();
    this.#stopped.clear();
    for (const { assignment, saving } of this.#workings) {
      this.#commitRecords = saving.commitRecords;
      assignment.abandon();
    }
    this.#workings = [];
  }

  /**
   * Takes partitions over, and reads them. Offsets are read before and after, so that what others have saved meanwhile is
   * not taken for a gap.
   */
  async #claim(requests: readonly ClaimRequest[], claimed: () => void): Promise<void> {
    const claim = this.#claims;
    const isLatest = () => claim === this.#claims;
    const wanted = {
      get aborted() {
        return !isLatest();
      },
    };
    const { store, source, retry, clock } = this.#ports;
    const partitions = requests.flatMap((request) => request.partitions);
    try {
      const before = await retry('read offsets', () => source.offsets(), wanted);
      const positions = await retry('claim', () => store.claim(this.#settings.sinks, partitions), wanted);
      const after = await retry('read offsets', () => source.offsets(), wanted);
      if (!isLatest()) return;
      const context = { ...this.#settings, claimedMs: clock.nowMs() };
      const groups = groupsOf(requests).map(({ partitions: group, commitRecords }) => {
        const own = positions.filter(({ partition }) => group.includes(partition));
        return { ...takeOver(own, rangesAround(before, after), context), commitRecords };
      });
      claimed();
      for (const { assignment, faults, commitRecords } of groups) {
        for (const [partition, fault] of faults) this.#standStill(partition, fault);
        this.#stopped.claimed([...assignment.intakes.keys()]);
        if (assignment.intakes.size > 0) this.#workOn(assignment, commitRecords);
      }
      this.#noteLeaders(after);
    } catch (error) {
      if (isLatest()) this.#fail(error);
    }
  }

  #workOn(assignment: Assignment, commitRecords: number | undefined): void {
    const stop = (partition: number, error: unknown) => {
      this.#stopOrFail(working, partition, error);
    };
    const inBackground = (operation: string, step: () => Promise<void>, partition?: number) => {
      step().catch((error: unknown) => {
        if (!assignment.wanted.aborted) this.#interrupted(working, { operation, partition, error });
      });
    };
    const saved = (sink: Sink, partitions: readonly number[]) => {
      this.#stopped.saved(sink, partitions);
    };
    const share = () => 1 / this.#workings.length;
    const context = { ports: this.#ports, settings: this.#settings, inBackground, stop, saved, share };
    const reading = new Reading(assignment, context);
    const redone = () => {
      reading.redoNext();
    };
    const commitFailed = (failed: FailedCommit) => {
      this.#commitFailed(working, failed);
    };
    const saving = new Saving(assignment, context, { redone, commitFailed, commitRecords });
    const working: Working = { assignment, reading, saving };
    this.#workings = [...this.#workings, working];
    reading.start();
  }

  /** A refusal may mean that another worker has the partition now: the group tells, before anything is claimed again. */
  #interrupted(working: Working, { operation, partition, error }: Interruption): void {
    if (error instanceof FenceLostError) {
      this.#ports.observer.observe({ kind: 'refused', operation, message: error.message });
      this.release();
      this.#ports.source.reclaim();
      return;
    }
    if (partition === undefined) this.#fail(error);
    else this.#stopOrFail(working, partition, error);
  }

  /**
   * Stops a partition that cannot go on. What was taken of it is saved first. Whether records are really missing, or
   * others have saved them while this worker was frozen, only a new claim can tell.
   */
  #stopOrFail({ reading }: Working, partition: number, error: unknown): void {
    const fault = faultOf(error);
    if (fault === undefined) {
      this.#fail(error);
      return;
    }
    reading.stop(partition);
    if (fault.code === 'ARCHIVE_CONFLICT') this.#standStill(partition, fault);
    else this.#queue.add({ partitions: [partition], dueMs: 0, isApart: false, commitRecords: undefined });
  }

  /** A partition does nothing until it is claimed again in a while. */
  #standStill(partition: number, fault: PartitionFault, endedBy?: typeof READ_ON): void {
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
  #commitFailed(working: Working, { error, commit, records }: FailedCommit): void {
    const { code, message } = error;
    this.#ports.observer.observe({ kind: 'commit-divided', records, code, message });
    const partitions = [...working.assignment.intakes.keys()];
    this.#drop(working);
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
      if (suspects.length === 1 && culprit !== undefined)
        this.#standStill(culprit, faultOf(error) ?? { code, message });
      else for (const suspect of suspects) claimNow([suspect]);
    }
    this.#claimAgain();
  }

  /** Claims what is due, once nothing of it is unsaved: a claim would lock out our own commit. */
  #claimAgain(): void {
    if (!this.#isClaimed || this.#isClaimingAgain) return;
    const isBusy = (partition: number) => this.#workingOf(partition)?.assignment.holdsUnsaved(partition) === true;
    const due = this.#queue.takeDue(this.#ports.clock.nowMs(), isBusy);
    if (due.length === 0) return;
    for (const partition of due.flatMap(({ partitions }) => partitions)) this.#leave(partition);
    const claim = this.#claims;
    this.#isClaimingAgain = true;
    const done = () => {
      if (claim === this.#claims) this.#isClaimingAgain = false;
    };
    void this.#claim(due, done);
  }

  #leave(partition: number): void {
    const working = this.#workingOf(partition);
    working?.assignment.remove(partition);
    if (working?.assignment.intakes.size === 0) this.#drop(working);
  }

  #drop(working: Working): void {
    working.assignment.abandon();
    this.#workings = this.#workings.filter((each) => each !== working);
  }

  /** A partition without a leader is read on as soon as it has one: nothing was thrown away. */
  #noteLeaders(offsets: ReadonlyMap<number, OffsetRange | undefined>): void {
    for (const partition of this.#assigned) {
      if (offsets.get(partition) !== undefined) {
        if (this.#stopped.foundLeader(partition)) this.#workingOf(partition)?.reading.readOn(partition);
      } else if (offsets.has(partition) && !this.#stopped.has(partition)) {
        this.#stopped.stop(partition, unavailable(partition));
      }
    }
  }

  #workingOf(partition: number): Working | undefined {
    return this.#workings.find(({ assignment }) => assignment.intakes.has(partition));
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
