import type { AssignmentContext } from './assignment-context.ts';
import type { Assignment } from './assignment.ts';
import type { PartitionIntake } from './partition-processor.ts';
import type { OffsetRange, RecordBatch } from './ports/index.ts';
import { StallWatch } from './stall-detector.ts';
import { DataGapError } from './start-offset.ts';
import { refuseUnreadable } from './start-offset.ts';

/** Reads the partitions of an assignment: says from where, and believes no gap (docs/commit-protocol.md). */
export class Reading {
  readonly #assignment: Assignment;
  readonly #context: AssignmentContext;
  /** Partitions with a predecessor's intent that are not read yet: they are redone one at a time. */
  readonly #waitingToRedo: number[] = [];
  readonly #stalls = new StallWatch();

  constructor(assignment: Assignment, context: AssignmentContext) {
    this.#assignment = assignment;
    this.#context = context;
  }

  start(): void {
    for (const intake of this.#assignment.intakes.values()) {
      if (intake.archive?.isRedoing === true) this.#waitingToRedo.push(intake.partition);
      else this.#readFrom(intake);
    }
    this.redoNext();
  }

  /** Goes on to the next partition with an intent, when one has been redone. */
  redoNext(): void {
    const partition = this.#waitingToRedo.shift();
    const intake = partition === undefined ? undefined : this.#assignment.intakes.get(partition);
    if (intake !== undefined) this.#readFrom(intake);
    const open = this.#assignment.archives.filter(({ isRedoing }) => isRedoing).length;
    this.#context.ports.observer.observe({ kind: 'intents', open });
  }

  /**
   * Takes a batch, if it was fetched from where the partition was left. A batch that was not is stale, or the client
   * has silently reset its position: the topic's own offsets decide whether to read again.
   * @param maxRecords how many of its records may be taken; the partition is read again from behind them.
   * @throws {LogTruncatedError} when a record is not the one that was seen at its offset.
   */
  take(batch: RecordBatch, maxRecords: number): boolean {
    const { partition, fetchedOffset } = batch;
    const intake = this.#assignment.intakes.get(partition);
    if (intake === undefined || intake.isStopped) return false;
    if (fetchedOffset !== intake.expected) {
      this.#readAgain(intake, fetchedOffset);
      return false;
    }
    const { clock, observer } = this.#context.ports;
    const { pending } = this.#assignment;
    const { records, isWhole } = intake.take(batch, pending, { nowMs: clock.nowMs(), maxRecords });
    observer.observe({ kind: 'batch', partition, records, lagRecords: intake.unread });
    if (!isWhole) this.#readFrom(intake);
    return isWhole;
  }

  /** Takes nothing more of a partition. What was taken of it is saved, but for a part of an intent that is redone. */
  stop(partition: number): void {
    const intake = this.#assignment.intakes.get(partition);
    if (intake === undefined || intake.isStopped) return;
    const waiting = this.#waitingToRedo.indexOf(partition);
    if (waiting !== -1) this.#waitingToRedo.splice(waiting, 1);
    else if (intake.archive?.isRedoing === true) this.redoNext();
    intake.stop();
  }

  /** Reads a partition on that had no leader: nothing else may wake the client up. */
  readOn(partition: number): void {
    const intake = this.#assignment.intakes.get(partition);
    if (intake === undefined || intake.isStopped || this.#waitingToRedo.includes(partition)) return;
    this.#readFrom(intake);
  }

  /** Reads again what should have come long ago. Stops a partition when records that a sink lacks seem to be deleted. */
  verify(offsets: ReadonlyMap<number, OffsetRange | undefined>, hasRoom: (partition: number) => boolean): void {
    const nowMs = this.#context.ports.clock.nowMs();
    for (const intake of this.#assignment.intakes.values()) {
      const { partition, expected, lacking } = intake;
      if (intake.isStopped) continue;
      const range = offsets.get(partition);
      const lagRecords = range && Math.max(0, range.latest - expected);
      this.#context.ports.observer.observe({ kind: 'lag', partition, lagRecords });
      if (range === undefined) continue;
      // An end that lies before us may just be an answer older than our last batch.
      if (lacking.position < range.earliest) {
        this.#context.stop(
          partition,
          new DataGapError(lacking.sink, partition, { position: lacking.position, ...range }),
        );
        continue;
      }
      const isAwaited = expected < range.stable && hasRoom(partition) && !this.#waitingToRedo.includes(partition);
      if (this.#stalls.hasStalled(intake, isAwaited, nowMs)) this.#readFrom(intake);
    }
  }

  /**
   * Begins anew where the partition was left, if the topic still holds it. The offsets are asked for after the fetch: if
   * nothing that a sink lacks is deleted by then, no fetch before can have left it out for that reason.
   */
  #readAgain(intake: PartitionIntake, fetched: number): void {
    const { partition, expected, lacking } = intake;
    const { source, observer, retry, clock } = this.#context.ports;
    const { wanted } = this.#assignment;
    observer.observe({ kind: 'unexpected-batch', partition, expected, fetched });
    // Fetched before the claim: it is not read yet, and begins when it is its turn.
    if (this.#waitingToRedo.includes(partition)) return;
    const readAgain = async () => {
      const offsets = await retry('read offsets', () => source.offsets(), wanted);
      const range = offsets.get(partition);
      // Without a leader there is nothing to compare with, and nothing to read.
      if (wanted.aborted || intake.isStopped || (range === undefined && offsets.has(partition))) return;
      refuseUnreadable(lacking, range ?? NOTHING);
      if (intake.expected === expected) {
        intake.advanceTo(range?.earliest ?? 0, this.#assignment.pending, clock.nowMs());
      }
      this.#readFrom(intake);
    };
    this.#context.inBackground('read again', readAgain, partition);
  }

  #readFrom({ partition, expected }: PartitionIntake): void {
    this.#context.ports.source.readFrom(partition, expected);
  }
}

const NOTHING: OffsetRange = { earliest: 0, latest: 0, stable: 0 };
