import type { WindowTotals } from '@antenna/aggregation';
import type { PartitionArchive, SealedChunk } from './archive-sink/partition-archive.ts';
import type { PartitionProcessor } from './partition-processor.ts';
import { PendingTotals } from './totals-sink/pending-totals.ts';
import type { AbortState, Reading, TotalsCommit } from './ports/index.ts';

/**
 * The unsaved records of one claim. They are abandoned as a whole: after a lost fence, or when partitions are assigned
 * anew, none of them may reach a sink any more.
 */
export class Assignment {
  /** Given to the store, which pauses the reading while it sends a large commit. */
  readonly reading: Reading = {
    pause: () => {
      this.#isReadingPaused = true;
    },
    resume: () => {
      this.#isReadingPaused = false;
      this.#announceChange();
    },
  };

  readonly #processors: Map<number, PartitionProcessor>;
  #archives: readonly PartitionArchive[];
  readonly #signal = { aborted: false };
  readonly #allowedLatenessMs: number;
  #pending: PendingTotals;
  #committing: Committing | undefined;
  #isReadingPaused = false;
  #chunksInWork = 0;
  #change = Promise.withResolvers<undefined>();

  /** @param allowedLatenessMs the lateness beyond which an event counts as late. */
  constructor(processors: readonly PartitionProcessor[], allowedLatenessMs: number) {
    this.#allowedLatenessMs = allowedLatenessMs;
    this.#pending = new PendingTotals(allowedLatenessMs);
    this.#processors = new Map(processors.map((processor) => [processor.partition, processor]));
    this.#archives = processors.flatMap(({ archive }) => archive ?? []);
  }

  get processors(): ReadonlyMap<number, PartitionProcessor> {
    return this.#processors;
  }

  get archives(): readonly PartitionArchive[] {
    return this.#archives;
  }

  /** Whether records of a partition are being saved, or can be saved without reading more. */
  holdsUnsaved(partition: number): boolean {
    const processor = this.#processors.get(partition);
    if (processor === undefined) return false;
    const isCommitting = this.#committing?.partitions.has(partition) === true;
    return processor.hasUnflushed || isCommitting || processor.archive?.hasUnsaved === true;
  }

  /** Removes a partition that has no unsaved records. */
  remove(partition: number): void {
    this.#processors.delete(partition);
    this.#archives = this.#archives.filter((archive) => archive.partition !== partition);
  }

  get pending(): PendingTotals {
    return this.#pending;
  }

  /** Aborted when the assignment is abandoned: the results of steps under way are then discarded. */
  get signal(): AbortState {
    return this.#signal;
  }

  /** Whether the users of the commit under way are in another table of texts than those of the next one. */
  get isSecondTable(): boolean {
    return this.#committing !== undefined && this.#pending.totals.hasOtherUserTexts(this.#committing.totals);
  }

  get isCommitting(): boolean {
    return this.#committing !== undefined;
  }

  /** Whether no batch may be taken, since the rows of a large commit are being sent. */
  get isReadingPaused(): boolean {
    return this.#isReadingPaused;
  }

  get chunksInWork(): number {
    return this.#chunksInWork;
  }

  /** Resolves when records have been saved next, batches may be taken again, or the assignment is abandoned. */
  get change(): Promise<undefined> {
    return this.#change.promise;
  }

  /** Offsets between the records read last and the high watermarks of their fetches. */
  get lag(): number {
    return sum([...this.processors.values()], ({ lag }) => lag);
  }

  /** Rows in open chunks that can be sealed at any time. A redone intent is not among them: it has a fixed end. */
  get openRows(): number {
    return sum(this.archives, (archive) => (archive.hasOpenIntent ? 0 : archive.rows));
  }

  /** The archive with the most rows among those that can be sealed. */
  get fullestArchive(): PartitionArchive | undefined {
    return this.archives
      .filter(({ hasOpenIntent }) => !hasOpenIntent)
      .toSorted((left, right) => right.rows - left.rows)[0];
  }

  /** Rows in memory that count against the bound, without those of redone intents. */
  get bufferedRows(): number {
    const sealed = (chunk: SealedChunk) => (chunk.intent === undefined ? chunk.events.rows : 0);
    return this.openRows + sum(this.archives, (archive) => sum(archive.sealed, sealed));
  }

  /** Whether any records are being saved, or can be saved without reading more. */
  get hasUnsaved(): boolean {
    return (
      this.#pending.sinceMs !== undefined ||
      this.isCommitting ||
      this.#chunksInWork > 0 ||
      this.archives.some(({ hasUnsaved }) => hasUnsaved)
    );
  }

  /** Moves the records taken so far into one commit; records that arrive during it wait for the next. */
  beginCommit(): BegunCommit {
    const taken = this.#pending;
    const partitions = [...this.processors.values()].sort((left, right) => left.partition - right.partition);
    const moves = partitions.flatMap((processor) => processor.beginFlush() ?? []);
    const { records, totals, deadLetters } = taken;
    const { events, eventBytes } = totals;
    this.#committing = { partitions: new Set(moves.map(({ partition }) => partition)), totals };
    this.#pending = new PendingTotals(this.#allowedLatenessMs);
    const [hourCounts, deadLetterRanges] = [taken.hourCounts.rows(), taken.deadLetterRanges.rows()];
    const sums = { ...totals.rows(), hourCounts, lateness: taken.lateness.rows() };
    return { commit: { moves, ...sums, deadLetters, deadLetterRanges }, records, events, eventBytes };
  }

  /** The commit under way is durable. Its rows cannot be read any more. */
  endCommit(): void {
    this.#committing?.totals.free();
    this.#committing = undefined;
    this.#announceChange();
  }

  /** The next chunk to write: one whose predecessor in its partition is written. Undefined when there is none. */
  beginChunk(): { readonly archive: PartitionArchive; readonly chunk: SealedChunk } | undefined {
    for (const archive of this.archives) {
      const chunk = archive.sealed[0];
      if (chunk === undefined || archive.writing) continue;
      archive.writing = true;
      this.#chunksInWork += 1;
      return { archive, chunk };
    }
    return undefined;
  }

  endChunk(archive: PartitionArchive): void {
    archive.sealed.shift();
    archive.writing = false;
    this.#chunksInWork -= 1;
    this.#announceChange();
  }

  /** Discards the chunks of a partition after the one in work could not be written. */
  giveUpChunks(archive: PartitionArchive): void {
    archive.giveUp();
    this.#chunksInWork -= 1;
    this.#announceChange();
  }

  abandon(): void {
    this.#signal.aborted = true;
    this.#announceChange();
  }

  #announceChange(): void {
    this.#change.resolve(undefined);
    this.#change = Promise.withResolvers<undefined>();
  }
}

/** The commit under way. */
interface Committing {
  readonly partitions: ReadonlySet<number>;
  /** Its rows are read from these. */
  readonly totals: WindowTotals;
}

/** A commit, and what it makes durable. */
interface BegunCommit {
  readonly commit: TotalsCommit;
  readonly records: number;
  readonly events: number;
  readonly eventBytes: bigint;
}

function sum<T>(items: readonly T[], sizeOf: (item: T) => number): number {
  return items.reduce((total, item) => total + sizeOf(item), 0);
}
