import type { AssignmentContext } from './assignment-context.ts';
import type { Assignment } from './assignment.ts';
import { writeChunk } from './chunk-writer.ts';
import type { PartitionArchive, SealedChunk } from './partition-archive.ts';
import type { EventArchive } from './ports.ts';

/** How many partitions' chunks are encoded and uploaded at a time: it bounds memory and keeps the upload busy. */
const MAX_CHUNKS_IN_WORK = 2;

/**
 * Rows at which the totals are flushed. A commit has as many, those that came during the one before until there are twice
 * as many, those of the last batch, and users' hours. Where nearly every event has a user of its own, rows and not events
 * are what takes memory. And rows are what a commit's duration depends on: Postgres adds some 100,000 a second, so that a
 * commit ends well within the statement time-out, after which it would only be made again, the same.
 */
const MAX_ROWS = 100_000;

/** Rejected payloads in memory at which the totals are flushed. */
const MAX_DEAD_LETTER_BYTES = 8 * 2 ** 20;

/**
 * How many flush intervals a commit waits for while the worker is behind. What it would show is late anyway, and half as
 * many commits take a fifth less of Postgres's time: a backlog is gone sooner (docs/performance-profile.md).
 */
const INTERVALS_BEHIND = 2;

/** Makes durable what an assignment has taken: totals one commit at a time, and beside them chunks of the archive. */
export class Saving {
  readonly #assignment: Assignment;
  readonly #context: AssignmentContext;
  readonly #redone: () => void;

  /** @param redone is called when a predecessor's intent has been redone. */
  constructor(assignment: Assignment, context: AssignmentContext, redone: () => void) {
    this.#assignment = assignment;
    this.#context = context;
    this.#redone = redone;
  }

  /** Whether another batch of a partition may be taken. A range that is redone may exceed the bound, else it never ends. */
  hasRoom(partition: number): boolean {
    const { flushMaxEvents, archiveRollRows } = this.#context.settings;
    const { uncommittedRecords, uncommittedRows, uncommittedDeadLetterBytes, bufferedRows, intakes } = this.#assignment;
    if (uncommittedRecords >= 2 * flushMaxEvents || uncommittedRows >= 2 * MAX_ROWS) return false;
    if (uncommittedDeadLetterBytes >= 2 * MAX_DEAD_LETTER_BYTES) return false;
    return bufferedRows < 2 * archiveRollRows || intakes.get(partition)?.archive?.isRedoing === true;
  }

  /** Starts whatever is due. */
  tick(): void {
    if (this.#assignment.wanted.aborted) return;
    const nowMs = this.#context.ports.clock.nowMs();
    if (this.#isFlushDue(nowMs)) this.#flush();
    this.#sealDueChunks(nowMs);
    this.#writeChunks();
  }

  /** Saves all that has been taken; returns early when the assignment is abandoned meanwhile. */
  async all(): Promise<void> {
    const assignment = this.#assignment;
    while (!assignment.wanted.aborted && assignment.hasUnsaved) {
      const { change, pending, isCommitting, archives } = assignment;
      if (pending.sinceMs !== undefined && !isCommitting) this.#flush();
      for (const archive of archives) archive.seal();
      this.#writeChunks();
      await change;
    }
  }

  #isFlushDue(nowMs: number): boolean {
    const { pending, isCommitting } = this.#assignment;
    const { flushMaxEvents } = this.#context.settings;
    if (isCommitting || pending.sinceMs === undefined) return false;
    return (
      this.#hasWaited(nowMs - pending.sinceMs) ||
      pending.records >= flushMaxEvents ||
      pending.totals.keys >= MAX_ROWS ||
      pending.deadLetterBytes >= MAX_DEAD_LETTER_BYTES
    );
  }

  /** Whether the worker is behind is asked only once the interval is over: this runs after every batch. */
  #hasWaited(waitedMs: number): boolean {
    const { flushIntervalMs } = this.#context.settings;
    return (
      waitedMs >= flushIntervalMs && (waitedMs >= INTERVALS_BEHIND * flushIntervalMs || !this.#assignment.isBehind)
    );
  }

  #flush(): void {
    const { store, source, retry, clock, observer } = this.#context.ports;
    const startedMs = clock.nowMs();
    const { commit, taken } = this.#assignment.beginCommit();
    this.#context.inBackground('commit totals', async () => {
      await retry('commit totals', () => store.commitTotals(commit), this.#assignment.wanted);
      this.#assignment.endCommit();
      const { events, eventBytes } = taken.totals;
      observer.observe({ kind: 'committed', commit, events, eventBytes, durationMs: clock.nowMs() - startedMs });
      this.tick();
      await source.showProgress(new Map(commit.moves.map(({ partition, to }) => [partition, to])));
    });
  }

  #sealDueChunks(nowMs: number): void {
    const { archiveRollIntervalMs, archiveRollRows } = this.#context.settings;
    for (const archive of this.#assignment.archives) {
      archive.sealIfDue(nowMs, archiveRollIntervalMs);
    }
    if (this.#assignment.openRows >= archiveRollRows) this.#assignment.fullestArchive?.seal();
  }

  #writeChunks(): void {
    const { archive } = this.#context.ports;
    while (archive !== undefined && this.#assignment.chunksInWork < MAX_CHUNKS_IN_WORK) {
      const next = this.#assignment.beginChunk();
      if (next === undefined) return;
      this.#writeChunk(next, archive);
    }
  }

  #writeChunk({ archive, chunk }: { archive: PartitionArchive; chunk: SealedChunk }, files: EventArchive): void {
    const { ports, settings, inBackground } = this.#context;
    inBackground('archive', async () => {
      const written = await writeChunk(chunk, {
        topic: settings.topic,
        store: ports.store,
        archive: files,
        step: (name, operation) => ports.retry(name, operation, this.#assignment.wanted),
      });
      this.#assignment.endChunk(archive);
      ports.observer.observe({ kind: 'archived', partition: chunk.partition, files: written });
      if (chunk.intent !== undefined && !this.#assignment.wanted.aborted) this.#redone();
      this.tick();
    });
  }
}
