import { type FlushLimits, isFlushDue, isFull, type Unsaved } from './flush-policy.ts';
import type { AssignmentContext } from './assignment-context.ts';
import type { Assignment } from './assignment.ts';
import { writeChunk } from './archive-sink/chunk-writer.ts';
import type { PartitionArchive, SealedChunk } from './archive-sink/partition-archive.ts';
import { CommitTooLongError, type EventArchive, SumOutOfRangeError, type TotalsCommit } from './ports/index.ts';

/**
 * How many partitions' chunks are encoded and uploaded at a time: one is encoded while another uploads, and memory is
 * bounded.
 */
const MAX_CHUNKS_IN_WORK = 2;

/**
 * Full commits before their size is doubled. A doubled commit may fail after a whole statement time-out, so it is rare.
 */
const FULL_COMMITS_BEFORE_GROWTH = 10;

/** Makes an assignment's records durable: totals one commit at a time, and archive chunks concurrently with them. */
export class Committer {
  readonly #assignment: Assignment;
  readonly #context: AssignmentContext;
  readonly #events: CommitterEvents;
  /** Maximum records of a commit, lowered after a commit that took too long; undefined for the usual bounds. */
  #commitRecords: number | undefined;
  /** Commits of the maximum size since the maximum changed. */
  #fullCommits = 0;
  /** The lag when the last commit began; undefined before the first one. */
  #lagBefore: number | undefined;

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

  /** Maximum records of a commit; undefined for the usual bounds. */
  get commitRecords(): number | undefined {
    return this.#commitRecords;
  }

  /** Whether the first commit of this assignment has begun. */
  get hasBegun(): boolean {
    return this.#lagBefore !== undefined;
  }

  /** How many records may be taken before the next commit. */
  get recordsLeft(): number {
    return this.#commitRecords === undefined ? Infinity : this.#commitRecords - this.#assignment.pending.records;
  }

  /**
   * Whether another batch of a partition may be taken. A redone intent may exceed the archive's bound: it has to end.
   */
  hasCapacity(partition: number): boolean {
    const { isReadingPaused, isCommitting, bufferedRows, processors } = this.#assignment;
    if (isReadingPaused) return false;
    if (this.recordsLeft <= 0 || (isCommitting && isFull(this.#unsaved(), this.#limits()))) return false;
    return bufferedRows < 2 * this.#archiveRows() || processors.get(partition)?.archive?.hasOpenIntent === true;
  }

  /** Starts the flush and the chunks that are due. */
  tick(): void {
    if (this.#assignment.signal.aborted) return;
    const nowMs = this.#context.ports.clock.nowMs();
    if (this.#isFlushDue(nowMs)) this.#flush();
    this.#sealDueChunks(nowMs);
    this.#writeChunks();
  }

  /** Makes all taken records durable; returns early when the assignment is abandoned meanwhile. */
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
    const waitedMs = nowMs - pending.sinceMs;
    return this.recordsLeft <= 0 || isFlushDue({ ...this.#unsaved(), waitedMs }, this.#limits());
  }

  #unsaved(): Unsaved {
    const { pending, lag, isSecondTable } = this.#assignment;
    const { records, deadLetterBytes, totals } = pending;
    const { keys: rows, otherKeys: otherRows, latestKeys: latestRows, windows } = totals;
    const { isInternerNearlyFull, copiedBytes } = totals;
    // Before the first commit any backlog may wait.
    const lagBefore = this.#lagBefore ?? Infinity;
    const texts = { isInternerNearlyFull, copiedBytes, isSecondTable };
    return { records, rows, otherRows, ...texts, windows, latestRows, deadLetterBytes, lag, lagBefore };
  }

  /** Concurrent assignments of a worker share its memory. */
  #limits(): FlushLimits {
    const { settings, share, mayGather } = this.#context;
    return { ...settings, share: share(), mayGather: mayGather() };
  }

  #archiveRows(): number {
    return Math.ceil(this.#context.settings.archiveRollRows * this.#context.share());
  }

  #flush(): void {
    const { store, source, retry, clock, observer } = this.#context.ports;
    const startedMs = clock.nowMs();
    const { reading, signal } = this.#assignment;
    const { commit, records, events, eventBytes } = this.#assignment.beginCommit();
    this.#lagBefore = this.#assignment.lag;
    this.#context.renewInterners();
    this.#context.inBackground('commit totals', async () => {
      try {
        await retry('commit totals', () => store.commitTotals(commit, reading), signal);
      } catch (error) {
        const isDivisible = error instanceof CommitTooLongError || error instanceof SumOutOfRangeError;
        if (!isDivisible || signal.aborted) throw error;
        this.#events.commitFailed({ error, commit, records });
        return;
      }
      this.#assignment.endCommit();
      this.#growCommits(records);
      const partitions = commit.moves.map(({ partition }) => partition);
      this.#context.saved('totals', partitions);
      observer.observe({ kind: 'committed', commit, events, eventBytes, durationMs: clock.nowMs() - startedMs });
      this.tick();
      await source.commitOffsetsForLag(new Map(commit.moves.map(({ partition, to }) => [partition, to])));
    });
  }

  /** Doubles the maximum size after enough full commits, until the usual bounds are reached. */
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
    if (this.#assignment.openRows >= this.#archiveRows()) this.#assignment.fullestArchive?.seal();
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
        if (chunk.intent !== undefined && !this.#assignment.signal.aborted) this.#events.intentEnded();
        throw error;
      });
      this.#assignment.endChunk(archive);
      ports.observer.observe({ kind: 'archived', partition: chunk.partition, files: written });
      if (!this.#assignment.signal.aborted) saved('archive', [chunk.partition]);
      if (chunk.intent !== undefined && !this.#assignment.signal.aborted) this.#events.intentEnded();
      this.tick();
    };
    inBackground('archive', write, chunk.partition);
  }
}

/** A commit that fails however often it is repeated unchanged. */
export interface FailedCommit {
  readonly error: CommitTooLongError | SumOutOfRangeError;
  readonly commit: TotalsCommit;
  readonly records: number;
}

/** Callbacks of the committer. */
export interface CommitterEvents {
  /** A predecessor's intent is completed, or cannot be. */
  readonly intentEnded: () => void;
  /** The assignment cannot commit any more. Its partitions have to be claimed again, divided differently. */
  readonly commitFailed: (failed: FailedCommit) => void;
}
