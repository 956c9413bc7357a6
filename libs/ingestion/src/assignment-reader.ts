import type { AssignmentContext } from './assignment-context.ts';
import type { Assignment } from './assignment.ts';
import type { PartitionProcessor } from './partition-processor.ts';
import type { OffsetRange, RecordBatch } from './ports/index.ts';
import { DataGapError, refuseUnreadable } from './start-offset.ts';

/**
 * Reads the partitions of an assignment. It sets the offset that each is read from, and checks every gap between
 * batches against the topic's offsets (docs/commit-protocol.md).
 */
export class AssignmentReader {
  readonly #assignment: Assignment;
  readonly #context: AssignmentContext;
  /** Partitions with a predecessor's open intent that are not read yet. Intents are redone one partition at a time. */
  readonly #partitionsWithIntent: number[] = [];
  /** Partitions that delivered an unexpected batch and had no leader when their offsets were checked. */
  readonly #waitingForLeader = new Set<number>();
  readonly #stalls = new StallDetector();

  constructor(assignment: Assignment, context: AssignmentContext) {
    this.#assignment = assignment;
    this.#context = context;
  }

  start(): void {
    for (const processor of this.#assignment.processors.values()) {
      if (processor.archive?.hasOpenIntent === true) this.#partitionsWithIntent.push(processor.partition);
      else this.#readFrom(processor);
    }
    this.readNextIntent();
  }

  /** Starts reading the next partition with an open intent. Called when the intent before it has been redone. */
  readNextIntent(): void {
    const partition = this.#partitionsWithIntent.shift();
    const processor = partition === undefined ? undefined : this.#assignment.processors.get(partition);
    if (processor !== undefined) this.#readFrom(processor);
    const open = this.#assignment.archives.filter(({ hasOpenIntent }) => hasOpenIntent).length;
    this.#context.ports.observer.observe({ kind: 'intents', open });
  }

  /**
   * Takes a batch if it was fetched from the partition's expected offset. Any other batch is stale, or the client has
   * silently reset its position: the topic's own offsets decide whether the partition is read again.
   * @param maxRecords how many of its records may be taken; the partition is then read again from the next one.
   * @returns whether the batch that follows is to be delivered next, as the whole batch was taken or inspected.
   * @throws {LogTruncatedError} when a record does not match the stored fingerprint of its offset, or the batch does
   * not come from the log that was read before.
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
      if (processor.expectedOffset === batch.nextOffset) return true;
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

  /** Stops taking records of a partition. Records taken before are still saved, except a partly redone intent. */
  stop(partition: number): void {
    const processor = this.#assignment.processors.get(partition);
    if (processor === undefined || processor.isStopped) return;
    const waiting = this.#partitionsWithIntent.indexOf(partition);
    if (waiting !== -1) this.#partitionsWithIntent.splice(waiting, 1);
    else if (processor.archive?.hasOpenIntent === true) this.readNextIntent();
    processor.stop();
  }

  /** Resumes a partition that had no leader. The client may not resume it by itself. */
  readOn(partition: number): void {
    const processor = this.#assignment.processors.get(partition);
    if (processor === undefined || processor.isStopped || this.#partitionsWithIntent.includes(partition)) return;
    this.#readFrom(processor);
  }

  /**
   * Compares the partitions with the topic's offsets. Reads a stalled partition again, and stops a partition when
   * retention seems to have deleted records that a sink lacks.
   */
  verify(offsets: ReadonlyMap<number, OffsetRange | undefined>, hasRoom: (partition: number) => boolean): void {
    const nowMs = this.#context.ports.clock.nowMs();
    for (const processor of this.#assignment.processors.values()) {
      const { partition, expectedOffset, processedTo, firstMissing } = processor;
      if (processor.isStopped) continue;
      const range = offsets.get(partition);
      const lagRecords = range && Math.max(0, range.latest - processedTo);
      this.#context.ports.observer.observe({ kind: 'lag', partition, lagRecords });
      if (range === undefined) continue;
      // The log's end is not checked: offsets that were read before our last batch may end below our position.
      if (firstMissing.position < range.earliest) {
        this.#context.stop(
          partition,
          new DataGapError(firstMissing.sink, partition, { position: firstMissing.position, ...range }),
        );
        continue;
      }
      if (this.#waitingForLeader.delete(partition)) this.#readFrom(processor);
      const isAwaited =
        expectedOffset < range.stable && hasRoom(partition) && !this.#partitionsWithIntent.includes(partition);
      if (this.#stalls.hasStalled(processor, isAwaited, nowMs)) this.#readFrom(processor);
    }
  }

  /**
   * Reads the partition again from its expected offset, if the topic still holds what the sinks lack. The offsets are
   * read after the fetch: if retention has deleted nothing that a sink lacks by then, the earlier fetch cannot have
   * skipped such records either.
   */
  #readAgain(processor: PartitionProcessor, fetched: number): void {
    const { partition, expectedOffset, firstMissing } = processor;
    const { source, observer, retry, clock } = this.#context.ports;
    const { signal } = this.#assignment;
    observer.observe({ kind: 'unexpected-batch', partition, expected: expectedOffset, fetched });
    // The batch was fetched before the claim. The partition is read when its intent's turn comes.
    if (this.#partitionsWithIntent.includes(partition)) return;
    const readAgain = async () => {
      const offsets = await retry('read offsets', () => source.offsets(), signal);
      const range = offsets.get(partition);
      if (signal.aborted || processor.isStopped) return;
      // Without a leader there are no offsets to compare with, and no records to read.
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

/**
 * No request to Kafka takes as long: if a partition has records and delivers none for this time, the client lost it.
 */
const STALLED_MS = 60_000;

/** Detects partitions that deliver no batch although the topic holds records for them. */
class StallDetector {
  readonly #waits = new Map<number, { readonly expectedOffset: number; readonly sinceMs: number }>();

  /**
   * Whether a partition has delivered nothing for so long that it has to be read again; then the wait starts anew.
   * @param isAwaited whether the topic holds records for it, and the worker has capacity for them.
   */
  hasStalled(
    partition: { readonly partition: number; readonly expectedOffset: number },
    isAwaited: boolean,
    nowMs: number,
  ): boolean {
    const { partition: number, expectedOffset } = partition;
    const wait = this.#waits.get(number);
    const hasStoodStill = isAwaited && wait?.expectedOffset === expectedOffset;
    if (hasStoodStill && nowMs - wait.sinceMs < STALLED_MS) return false;
    this.#waits.set(number, { expectedOffset, sinceMs: nowMs });
    return hasStoodStill;
  }
}
