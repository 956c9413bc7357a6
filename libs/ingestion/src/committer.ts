import type { AssignmentContext } from './assignment-context.ts';
import type { Assignment } from './assignment.ts';
import { writeChunk } from './archive-sink/chunk-writer.ts';
import type { PartitionArchive, SealedChunk } from './archive-sink/partition-archive.ts';
import { CommitTooLongError, type EventArchive, SumOutOfRangeError, type TotalsCommit } from './ports/index.ts';

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

/** A commit of twice as many records may take a whole statement time-out in vain: it is tried once in so many. */
const FULL_COMMITS_BEFORE_GROWTH = 10;

/** Makes durable what an assignment has taken: totals one commit at a time, and beside them chunks of the archive. */
export class Committer {
  readonly #assignment: Assignment;
  readonly #context: AssignmentContext;
  readonly #events: CommitterEvents;
  /** At most so many records a commit, since one of twice as many took too long; undefined for the usual bounds. */
  #commitRecords: number | undefined;
  /** Commits of so many records since it changed. */
  #fullCommits = 0;

  constructor(
    assignment: Assignment,
    context: AssignmentContext,
    { commitRecords, ...events }: CommitterEvents & { readonly commitRecords: number | undefined },
  ) {
    this.#assignment = assignment;
    this.#context = context;
    this.#events = events;
    this.#commitRecords = commitRecords;
  }

  /** At most so many records are committed at once; undefined for the usual bounds. */
  get commitRecords(): number | undefined {
    return this.#commitRecords;
  }

  /** How many records may be taken before the next commit. */
  get recordsLeft(): number {
    return this.#commitRecords === undefined ? Infinity : this.#commitRecords - this.#assignment.pending.records;
  }

  /** Whether another batch of a partition may be taken. A range that is redone may exceed the bound, else it never ends. */
  hasCapacity(partition: number): boolean {
    const { records, rows, deadLetterBytes, archiveRows } = this.#bounds();
    const { uncommittedRecords, uncommittedRows, uncommittedDeadLetterBytes, bufferedRows, processors } =
      this.#assignment;
    if (this.recordsLeft <= 0 || uncommittedRecords >= 2 * records || uncommittedRows >= 2 * rows) return false;
    if (uncommittedDeadLetterBytes >= 2 * deadLetterBytes) return false;
    return bufferedRows < 2 * archiveRows || processors.get(partition)?.archive?.isRedoing === true;
  }

  /** Starts whatever is due. */
  tick(): void {
    if (this.#assignment.signal.aborted) return;
    const nowMs = this.#context.ports.clock.nowMs();
    if (this.#isFlushDue(nowMs)) this.#flush();
    this.#sealDueChunks(nowMs);
    this.#writeChunks();
  }

  /** Saves all that has been taken; returns early when the assignment is abandoned meanwhile. */
  async saveAll(): Promise<void> {
    const assignment = this.#assignment;
    while (!assignment.signal.aborted && assignment.hasUnsaved) {
      const { change, pending, isCommitting, archives } = assignment;
      if (pending.sinceMs !== undefined && !isCommitting) this.#flush();
      for (const archive of archives) archive.seal();
      this.#writeChunks();
      await change;
    }
  }

  #isFlushDue(nowMs: number): boolean {
    const { pending, isCommitting } = this.#assignment;
    if (isCommitting || pending.sinceMs === undefined) return false;
    const { records, rows, deadLetterBytes } = this.#bounds();
    return (
      this.#hasWaited(nowMs - pending.sinceMs) ||
      this.recordsLeft <= 0 ||
      pending.records >= records ||
      pending.totals.keys >= rows ||
      pending.deadLetterBytes >= deadLetterBytes
    );
  }

  /** What may be unsaved before it is saved. Assignments that one worker has beside each other share its memory. */
  #bounds() {
    const { flushMaxEvents, archiveRollRows } = this.#context.settings;
    const share = this.#context.share();
    return {
      records: Math.ceil(flushMaxEvents * share),
      rows: Math.ceil(MAX_ROWS * share),
      deadLetterBytes: MAX_DEAD_LETTER_BYTES * share,
      archiveRows: Math.ceil(archiveRollRows * share),
    };
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
      try {
        await retry('commit totals', () => store.commitTotals(commit), this.#assignment.signal);
      } catch (error) {
        const isDivisible = error instanceof CommitTooLongError || error instanceof SumOutOfRangeError;
        if (!isDivisible || this.#assignment.signal.aborted) throw error;
        this.#events.commitFailed({ error, commit, records: taken.records });
        return;
      }
      this.#assignment.endCommit();
      this.#growCommits(taken.records);
      const partitions = commit.moves.map(({ partition }) => partition);
      this.#context.saved('totals', partitions);
      const { events, eventBytes } = taken.totals;
      observer.observe({ kind: 'committed', commit, events, eventBytes, durationMs: clock.nowMs() - startedMs });
      this.tick();
      await source.commitOffsetsForLag(new Map(commit.moves.map(({ partition, to }) => [partition, to])));
    });
  }

  /** Twice as many records when enough full commits have passed, until the usual bounds are reached. */
  #growCommits(records: number): void {
    if (this.#commitRecords === undefined || records < this.#commitRecords) return;
    this.#fullCommits += 1;
    if (this.#fullCommits < FULL_COMMITS_BEFORE_GROWTH) return;
    const { flushMaxEvents } = this.#context.settings;
    this.#commitRecords = 2 * this.#commitRecords >= flushMaxEvents ? undefined : 2 * this.#commitRecords;
    this.#fullCommits = 0;
  }

  #sealDueChunks(nowMs: number): void {
    const { archiveRollIntervalMs } = this.#context.settings;
    for (const archive of this.#assignment.archives) {
      archive.sealIfDue(nowMs, archiveRollIntervalMs);
    }
    if (this.#assignment.openRows >= this.#bounds().archiveRows) this.#assignment.fullestArchive?.seal();
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
    const { ports, settings, inBackground, saved } = this.#context;
    const write = async () => {
      const written = await writeChunk(chunk, {
        topic: settings.topic,
        store: ports.store,
        archive: files,
        step: (name, operation) => ports.retry(name, operation, this.#assignment.signal),
      }).catch((error: unknown) => {
        this.#assignment.giveUpChunks(archive);
        if (chunk.intent !== undefined && !this.#assignment.signal.aborted) this.#events.redone();
        throw error;
      });
      this.#assignment.endChunk(archive);
      ports.observer.observe({ kind: 'archived', partition: chunk.partition, files: written });
      if (!this.#assignment.signal.aborted) saved('archive', [chunk.partition]);
      if (chunk.intent !== undefined && !this.#assignment.signal.aborted) this.#events.redone();
      this.tick();
    };
    inBackground('archive', write, chunk.partition);
  }
}

/** A commit that cannot be made as it is. */
export interface FailedCommit {
  readonly error: CommitTooLongError | SumOutOfRangeError;
  readonly commit: TotalsCommit;
  readonly records: number;
}

/** What the saving tells of. */
export interface CommitterEvents {
  /** A predecessor's intent has been redone, or cannot be. */
  readonly redone: () => void;
  /** Nothing of the assignment can be committed any more: it has to be claimed again, in other parts. */
  readonly commitFailed: (failed: FailedCommit) => void;
}
