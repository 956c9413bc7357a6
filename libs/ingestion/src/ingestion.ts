import { Assignment } from './assignment.ts';
import { writeChunk } from './chunk-writer.ts';
import { DataGapError, FenceLostError, TopicRecreatedError } from './errors.ts';
import type { PartitionArchive, SealedChunk } from './partition-archive.ts';
import type { PartitionIntake } from './partition-intake.ts';
import type {
  IngestionPorts,
  IngestionSettings,
  MarkerRange,
  OffsetRange,
  RecordBatch,
  RecordReceiver,
} from './ports.ts';
import { refuseUnreadable } from './start-offset.ts';
import { takeOver } from './take-over.ts';

/** How many partitions' chunks are encoded and uploaded at a time: it bounds memory and keeps the upload busy. */
const MAX_CHUNKS_IN_WORK = 2;

/** Rejected payloads in memory at which the totals are flushed. */
const MAX_DEAD_LETTER_BYTES = 8 * 2 ** 20;

/**
 * The speed layer's core: claims partitions, takes their records, and makes totals and archive durable, each event
 * exactly once in each sink. docs/commit-protocol.md says why in this order.
 *
 * Driven from outside: by the event source (`assigned`, `take`, `passMarkers`), and by `tick`, often.
 */
export class Ingestion implements RecordReceiver {
  readonly #ports: IngestionPorts;
  readonly #settings: IngestionSettings;
  readonly #failure = Promise.withResolvers<never>();
  #claims = 0;
  #current: Assignment | undefined;

  constructor(ports: IngestionPorts, settings: IngestionSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#failure.promise.catch(() => undefined);
  }

  /** Rejects when the worker has to stop; never resolves. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** Whether partitions are claimed (none is fine too: there may be more workers than partitions). */
  get isClaimed(): boolean {
    return this.#current !== undefined;
  }

  get assignedPartitions(): readonly number[] {
    return [...(this.#current?.intakes.keys() ?? [])];
  }

  /** First of all whatever is unsaved is thrown away, of every sink and partition: it belongs to an earlier claim. */
  async assigned(partitions: readonly number[]): Promise<void> {
    this.#abandon();
    const claim = (this.#claims += 1);
    const isLatest = () => claim === this.#claims;
    const { store, source, retry, observer } = this.#ports;
    try {
      const isWanted = {
        get aborted() {
          return !isLatest();
        },
      };
      const claimed = await retry('claim', () => store.claim(this.#settings.sinks, partitions), isWanted);
      const offsets = await retry('read offsets', () => source.offsets(), isWanted);
      if (!isLatest()) return;
      this.#current = takeOver(claimed, offsets);
    } catch (error) {
      if (isLatest()) this.#fail(error);
      return;
    }
    observer.observe({ kind: 'claimed', partitions });
    this.#startReading(this.#current);
  }

  /**
   * Takes a batch, if it was fetched from where the partition was left. A batch that was not is stale, or the client
   * has silently reset its position: the topic's own offsets decide whether to read again or to stop.
   */
  take(batch: RecordBatch): boolean {
    const assignment = this.#current;
    const intake = assignment?.intakes.get(batch.partition);
    if (assignment === undefined || intake === undefined) return false;
    if (batch.fetchedOffset !== intake.expected) {
      this.#readAgain(assignment, intake, { fetched: batch.fetchedOffset });
      return false;
    }
    try {
      intake.take(batch, assignment.pending, this.#ports.clock.nowMs());
    } catch (error) {
      this.#fail(error);
      return false;
    }
    const lagRecords = Math.max(0, batch.highWatermark - batch.nextOffset);
    this.#ports.observer.observe({
      kind: 'batch',
      partition: batch.partition,
      records: batch.records.length,
      lagRecords,
    });
    this.tick();
    return true;
  }

  passMarkers(partition: number, { firstOffset, nextOffset }: MarkerRange): void {
    const assignment = this.#current;
    const intake = assignment?.intakes.get(partition);
    if (assignment === undefined || intake === undefined || nextOffset <= intake.expected) return;
    // Where the fetch began is not told. Offsets missing before the markers were compacted away, or the client has left
    // them out: believed is only what comes first when the partition is read again for this very reason.
    if (firstOffset > intake.expected) {
      const emptyUpTo = intake.isReadAgain ? nextOffset : undefined;
      this.#readAgain(assignment, intake, { fetched: firstOffset, emptyUpTo });
      return;
    }
    intake.advanceTo(nextOffset, assignment.pending, this.#ports.clock.nowMs());
    this.tick();
  }

  room(partition: number): Promise<unknown> | undefined {
    const assignment = this.#current;
    if (assignment === undefined) return undefined;
    const { flushMaxEvents, archiveRollRows } = this.#settings;
    const isFull =
      assignment.uncommittedRecords >= 2 * flushMaxEvents ||
      assignment.uncommittedDeadLetterBytes >= 2 * MAX_DEAD_LETTER_BYTES ||
      (assignment.bufferedRows >= 2 * archiveRollRows &&
        assignment.intakes.get(partition)?.archive?.isRedoing !== true);
    return isFull ? assignment.change : undefined;
  }

  /** Starts whatever is due. Called after every batch, and often enough that intervals are kept. */
  tick(): void {
    const assignment = this.#current;
    if (assignment === undefined) return;
    const nowMs = this.#ports.clock.nowMs();
    if (this.#isFlushDue(assignment, nowMs)) this.#flush(assignment);
    this.#sealDueChunks(assignment, nowMs);
    this.#writeChunks(assignment);
  }

  /**
   * Compares where we are with what the topic holds, since a client that has lost its place may wait for ever for a
   * record. Claims again when unread records seem to be deleted; reads again what should have come long ago.
   */
  verifyOffsets(offsets: ReadonlyMap<number, OffsetRange>): void {
    const assignment = this.#current;
    if (assignment === undefined) return;
    try {
      for (const intake of assignment.intakes.values()) {
        const range = offsets.get(intake.partition);
        if (range !== undefined) this.#verifyRange(assignment, intake, range);
      }
    } catch (error) {
      this.#interrupted('compare offsets', error);
    }
  }

  /** Whether everything below these offsets has been taken, of the partitions that are ours. */
  hasTaken(endOffsets: ReadonlyMap<number, number>): boolean {
    const intakes = [...(this.#current?.intakes.values() ?? [])];
    return this.isClaimed && intakes.every(({ partition, expected }) => expected >= (endOffsets.get(partition) ?? 0));
  }

  /** Makes durable all that has been taken, in both sinks; returns early when the assignment is lost meanwhile. */
  async saveAll(): Promise<void> {
    const assignment = this.#current;
    while (assignment !== undefined && assignment === this.#current && assignment.hasUnsaved) {
      const changed = assignment.change;
      if (assignment.pending.sinceMs !== undefined) this.#flush(assignment);
      for (const archive of assignment.archives) archive.seal();
      this.#writeChunks(assignment);
      await changed;
    }
  }

  /** Gives everything up that is not durable, and takes no more until partitions are assigned again. */
  release(): void {
    this.#claims += 1;
    this.#abandon();
  }

  #verifyRange(assignment: Assignment, intake: PartitionIntake, range: OffsetRange): void {
    const { partition, expected, lacking } = intake;
    // An end that lies before us may just be an answer older than our last batch.
    if (lacking.position < range.earliest) refuseUnreadable(lacking, range);
    const isTurn = !assignment.waitingToRedo.includes(partition);
    const isAwaited = isTurn && expected < range.latest && this.room(partition) === undefined;
    if (assignment.stalls.hasStalled(intake, isAwaited, this.#ports.clock.nowMs())) this.#readFrom(intake);
  }

  #startReading(assignment: Assignment): void {
    for (const intake of assignment.intakes.values()) {
      if (intake.archive?.isRedoing === true) assignment.waitingToRedo.push(intake.partition);
      else this.#readFrom(intake);
    }
    this.#redoNext(assignment);
  }

  #redoNext(assignment: Assignment): void {
    const partition = assignment.waitingToRedo.shift();
    const intake = partition === undefined ? undefined : assignment.intakes.get(partition);
    if (intake !== undefined) this.#readFrom(intake);
    this.#ports.observer.observe({ kind: 'intents', open: assignment.archives.filter((a) => a.isRedoing).length });
  }

  /**
   * Begins anew where the partition was left, if the topic still holds it. The offsets are asked for after the fetch: if
   * nothing that we lack is deleted by then, no fetch before can have left it out for that reason, and what it found
   * empty is.
   */
  #readAgain(assignment: Assignment, intake: PartitionIntake, { fetched, emptyUpTo }: UnexpectedFetch): void {
    const { partition, expected, lacking } = intake;
    const { source, observer, retry, clock } = this.#ports;
    observer.observe({ kind: 'unexpected-batch', partition, expected, fetched });
    // Fetched before the claim: it is not read yet, and begins when it is its turn.
    if (assignment.waitingToRedo.includes(partition)) return;
    this.#guard(assignment, 'read again', async () => {
      const range = (await retry('read offsets', () => source.offsets(), assignment.wanted)).get(partition) ?? NOTHING;
      if (assignment !== this.#current) return;
      refuseUnreadable(lacking, range);
      if (intake.expected === expected) {
        intake.advanceTo(Math.max(range.earliest, emptyUpTo ?? 0), assignment.pending, clock.nowMs());
      }
      intake.readAgain();
      this.#readFrom(intake);
    });
  }

  #readFrom(intake: PartitionIntake): void {
    this.#ports.source.readFrom(intake.partition, intake.expected);
  }

  #isFlushDue({ pending, isCommitting }: Assignment, nowMs: number): boolean {
    if (isCommitting || pending.sinceMs === undefined) return false;
    const { flushIntervalMs, flushMaxEvents } = this.#settings;
    return (
      nowMs - pending.sinceMs >= flushIntervalMs ||
      pending.records >= flushMaxEvents ||
      pending.deadLetterBytes >= MAX_DEAD_LETTER_BYTES
    );
  }

  #flush(assignment: Assignment): void {
    if (assignment.isCommitting) return;
    const { store, source, retry, clock, observer } = this.#ports;
    const startedMs = clock.nowMs();
    const commit = assignment.beginCommit();
    this.#guard(assignment, 'commit totals', async () => {
      await retry('commit totals', () => store.commitTotals(commit), assignment.wanted);
      const committed = assignment.endCommit();
      observer.observe({
        kind: 'committed',
        commit,
        events: committed?.totals.events ?? 0,
        eventBytes: committed?.totals.eventBytes ?? 0n,
        durationMs: clock.nowMs() - startedMs,
      });
      this.tick();
      await source.showProgress(new Map(commit.moves.map(({ partition, to }) => [partition, to])));
    });
  }

  #sealDueChunks(assignment: Assignment, nowMs: number): void {
    const { archiveRollIntervalMs, archiveRollRows } = this.#settings;
    for (const archive of assignment.archives) {
      if (archive.sinceMs !== undefined && nowMs - archive.sinceMs >= archiveRollIntervalMs) archive.seal();
    }
    if (assignment.openRows >= archiveRollRows) assignment.fullestArchive?.seal();
  }

  #writeChunks(assignment: Assignment): void {
    while (assignment.chunksInWork < MAX_CHUNKS_IN_WORK) {
      const next = assignment.beginChunk();
      if (next === undefined) return;
      this.#writeChunk(assignment, next);
    }
  }

  #writeChunk(assignment: Assignment, { archive, chunk }: { archive: PartitionArchive; chunk: SealedChunk }): void {
    const { store, archive: files, retry, observer } = this.#ports;
    if (files === undefined) throw new TypeError('a chunk without an archive');
    this.#guard(assignment, 'archive', async () => {
      const written = await writeChunk(chunk, {
        topic: this.#settings.topic,
        store,
        archive: files,
        step: (name, operation) => retry(name, operation, assignment.wanted),
      });
      assignment.endChunk(archive);
      observer.observe({ kind: 'archived', partition: chunk.partition, files: written });
      if (chunk.intent !== undefined && assignment === this.#current) this.#redoNext(assignment);
      this.tick();
    });
  }

  /** Runs a step of an assignment in the background. What happens to an abandoned one is of no interest any more. */
  #guard(assignment: Assignment, operation: string, run: () => Promise<void>): void {
    run().catch((error: unknown) => {
      if (assignment === this.#current) this.#interrupted(operation, error);
    });
  }

  /**
   * A refusal may mean that another worker has the partition now. So may records that are gone: a worker that was frozen
   * for long lacks what others have saved since. Only a new claim can tell, and stops if records are really missing.
   */
  #interrupted(operation: string, error: unknown): void {
    const isForClaim =
      error instanceof FenceLostError || error instanceof DataGapError || error instanceof TopicRecreatedError;
    if (!isForClaim) {
      this.#fail(error);
      return;
    }
    this.#ports.observer.observe({ kind: 'refused', operation, message: error.message });
    this.release();
    this.#ports.source.reclaim();
  }

  #abandon(): void {
    this.#current?.abandon();
    this.#current = undefined;
  }

  #fail(error: unknown): void {
    this.release();
    this.#failure.reject(error);
  }
}

/** A fetch that did not begin where the partition was left, or of which that is not known. */
interface UnexpectedFetch {
  readonly fetched: number;
  /** Nothing lies between the offset expected and this one, if the fetch is believed. */
  readonly emptyUpTo?: number | undefined;
}

const NOTHING = { earliest: 0, latest: 0 };
