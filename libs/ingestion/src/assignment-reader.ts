import type { AssignmentContext } from './assignment-context.ts';
import type { Assignment } from './assignment.ts';
import type { PartitionProcessor } from './partition-processor.ts';
import type { OffsetRange, RecordBatch } from './ports/index.ts';
import { StallDetector } from './stall-detector.ts';
import { DataGapError, refuseUnreadable } from './start-offset.ts';

/** Reads the partitions of an assignment: says from where, and believes no gap (docs/commit-protocol.md). */
export class AssignmentReader {
  readonly #assignment: Assignment;
  readonly #context: AssignmentContext;
  /** Partitions with a predecessor's intent that are not read yet: they are redone one at a time. */
  readonly #waitingToRedo: number[] = [];
  /** Partitions that had no leader when it was to be seen whether to read them again. */
  readonly #waitingForLeader = new Set<number>();
  readonly #stalls = new StallDetector();

  constructor(assignment: Assignment, context: AssignmentContext) {
    this.#assignment = assignment;
    this.#context = context;
  }

  start(): void {
    for (const processor of this.#assignment.processors.values()) {
      if (processor.archive?.isRedoing === true) this.#waitingToRedo.push(processor.partition);
      else this.#readFrom(processor);
    }
    this.redoNext();
  }

  /** Goes on to the next partition with an intent, when one has been redone. */
  redoNext(): void {
    const partition = this.#waitingToRedo.shift();
    const processor = partition === undefined ? undefined : this.#assignment.processors.get(partition);
    if (processor !== undefined) this.#readFrom(processor);
    const open = this.#assignment.archives.filter(({ isRedoing }) => isRedoing).length;
    this.#context.ports.observer.observe({ kind: 'intents', open });
  }

  /**
   * Takes a batch, if it was fetched from where the partition was left. A batch that was not is stale, or the client
   * has silently reset its position: the topic's own offsets decide whether to read again.
   * @param maxRecords how many of its records may be taken; the partition is read again from behind them.
   * @throws {LogTruncatedError} when a record is not the one that was seen at its offset, or the log that the batch comes
   * from is not the one that was read before.
   */
  accept(batch: RecordBatch, maxRecords: number): boolean {
    const { partition, fetchedOffset } = batch;
    const processor = this.#assignment.processors.get(partition);
    if (processor === undefined || processor.isStopped) return false;
    if (fetchedOffset !== processor.expectedOffset) {
      this.#readAgain(processor, fetchedOffset);
      return false;
    }
    if (processor.isOnlyCompared(batch)) {
      this.#readFrom(processor);
      return false;
    }
    const { clock, observer } = this.#context.ports;
    const { pending } = this.#assignment;
    const { records, isWhole } = processor.process(batch, pending, { nowMs: clock.nowMs(), maxRecords });
    observer.observe({ kind: 'batch', partition, records, lagRecords: processor.lag });
    if (!isWhole) this.#readFrom(processor);
    return isWhole;
  }

  /** Takes nothing more of a partition. What was taken of it is saved, but for a part of an intent that is redone. */
  stop(partition: number): void {
    const processor = this.#assignment.processors.get(partition);
    if (processor === undefined || processor.isStopped) return;
    const waiting = this.#waitingToRedo.indexOf(partition);
    if (waiting !== -1) this.#waitingToRedo.splice(waiting, 1);
    else if (processor.archive?.isRedoing === true) this.redoNext();
    processor.stop();
  }

  /** Reads a partition on that had no leader: nothing else may wake the client up. */
  readOn(partition: number): void {
    const processor = this.#assignment.processors.get(partition);
    if (processor === undefined || processor.isStopped || this.#waitingToRedo.includes(partition)) return;
    this.#readFrom(processor);
  }

  /** Reads again what should have come long ago. Stops a partition when records that a sink lacks seem to be deleted. */
  verify(offsets: ReadonlyMap<number, OffsetRange | undefined>, hasRoom: (partition: number) => boolean): void {
    const nowMs = this.#context.ports.clock.nowMs();
    for (const processor of this.#assignment.processors.values()) {
      const { partition, expectedOffset, takenTo, firstMissing } = processor;
      if (processor.isStopped) continue;
      const range = offsets.get(partition);
      const lagRecords = range && Math.max(0, range.latest - takenTo);
      this.#context.ports.observer.observe({ kind: 'lag', partition, lagRecords });
      if (range === undefined) continue;
      // An end that lies before us may just be an answer older than our last batch.
      if (firstMissing.position < range.earliest) {
        this.#context.stop(
          partition,
          new DataGapError(firstMissing.sink, partition, { position: firstMissing.position, ...range }),
        );
        continue;
      }
      if (this.#waitingForLeader.delete(partition)) this.#readFrom(processor);
      const isAwaited = expectedOffset < range.stable && hasRoom(partition) && !this.#waitingToRedo.includes(partition);
      if (this.#stalls.hasStalled(processor, isAwaited, nowMs)) this.#readFrom(processor);
    }
  }

  /**
   * Begins anew where the partition was left, if the topic still holds it. The offsets are asked for after the fetch: if
   * nothing that a sink lacks is deleted by then, no fetch before can have left it out for that reason.
   */
  #readAgain(processor: PartitionProcessor, fetched: number): void {
    const { partition, expectedOffset, firstMissing } = processor;
    const { source, observer, retry, clock } = this.#context.ports;
    const { signal } = this.#assignment;
    observer.observe({ kind: 'unexpected-batch', partition, expected: expectedOffset, fetched });
    // Fetched before the claim: it is not read yet, and begins when it is its turn.
    if (this.#waitingToRedo.includes(partition)) return;
    const readAgain = async () => {
      const offsets = await retry('read offsets', () => source.offsets(), signal);
      const range = offsets.get(partition);
      if (signal.aborted || processor.isStopped) return;
      // Without a leader there is nothing to compare with, and nothing to read.
      if (range === undefined && offsets.has(partition)) {
        this.#waitingForLeader.add(partition);
        return;
      }
      refuseUnreadable(firstMissing, range ?? NOTHING);
      if (processor.expectedOffset === expectedOffset) {
        processor.beginAt(range?.earliest ?? 0, this.#assignment.pending, clock.nowMs());
      }
      this.#readFrom(processor);
    };
    this.#context.inBackground('read again', readAgain, partition);
  }

  #readFrom({ partition, expectedOffset }: PartitionProcessor): void {
    this.#context.ports.source.readFrom(partition, expectedOffset);
  }
}

const NOTHING: OffsetRange = { earliest: 0, latest: 0, stable: 0 };
