import type {
  ArchivedFile,
  ChunkIntent,
  ClaimedPosition,
  CompletedChunk,
  DeadLetterRange,
  Fingerprint,
  OffsetRange,
  OpenIntent,
  PositionMove,
  Sink,
  TotalsCommit,
} from '@antenna/ingestion';
import type { Ledger } from '../truth/ledger.ts';
import type { SimulatedHours } from './simulated-hours.ts';
import { type CountedHoursDefects, SimulatedCountedHours } from './simulated-counted-hours.ts';
import { SimulatedNotes } from './simulated-notes.ts';

interface Position {
  nextOffset: number;
  epoch: number;
  fingerprint: Fingerprint | undefined;
}

/** A position as an operator's command finds it. */
export interface HeldPosition {
  readonly sink: Sink;
  readonly partition: number;
  readonly nextOffset: number;
  readonly epoch: number;
  readonly openIntent: OpenIntent | undefined;
}

/** Records from the position on that are given up. */
export interface GivenUp {
  /** As it was when the command looked. */
  readonly position: HeldPosition;
  /** The offset to go on from. */
  readonly to: number;
  /** Of the open intent, those that exist. */
  readonly files: readonly ArchivedFile[];
}

/** A chunk that was given up before all of its files existed. */
interface AbandonedChunk {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** How the store can be broken. */
export interface StoreDefects extends CountedHoursDefects {
  readonly ignoresPosition?: boolean;
  readonly ignoresEpoch?: boolean;
  /** Begins where Kafka's group has committed, and takes that for the position. */
  readonly believesKafka?: boolean;
  /** Takes the last stable offset for the end of a partition. */
  readonly notesStableOffset?: boolean;
  /** Gives records up even if another worker has claimed the partition since the command read its position. */
  readonly gapIgnoresEpoch?: boolean;
  /** Gives records up even if a chunk was begun since the command read the position. */
  readonly gapIgnoresIntent?: boolean;
  readonly forgetsAbandonedPaths?: boolean;
}

export interface StoreParts {
  /** Checks every call that the store accepts. */
  readonly ledger: Pick<Ledger, 'claim' | 'commit' | 'chunk' | 'archivedUntil' | 'giveUp' | 'adopt'>;
  readonly hours: SimulatedHours;
  /** What the group has committed in Kafka. */
  readonly committedInKafka: ReadonlyMap<number, number>;
  readonly refused: (message: string) => Error;
  readonly nowMs: () => number;
  /** Why a commit fails that could be made, if it does. */
  readonly commitFailure?: (commit: TotalsCommit) => Error | undefined;
}

/**
 * The functions of schema `pipeline` that the speed layer calls, as they are in
 * libs/usage-store/src/schema: each call is one transaction,
 * and all of it takes less than an hour.
 */
export class SimulatedStore {
  /** Listed files by path. */
  readonly manifest = new Map<string, ArchivedFile>();
  /** Open intents by partition. */
  readonly intents = new Map<number, OpenIntent>();
  /** Files that may still appear although their chunks were given up, by path. */
  readonly abandoned = new Map<string, AbandonedChunk>();
  /** Dead letters that are not stored whole, by partition and reason. */
  readonly deadLetterRanges = new Map<string, DeadLetterRange>();
  readonly #notes = new SimulatedNotes();
  readonly #counted: SimulatedCountedHours;
  readonly #parts: StoreParts;
  readonly #defects: StoreDefects;
  readonly #positions: Readonly<Record<Sink, Map<number, Position>>> = { totals: new Map(), archive: new Map() };

  constructor(parts: StoreParts, defects: StoreDefects) {
    this.#parts = parts;
    this.#defects = defects;
    this.#counted = new SimulatedCountedHours(defects);
  }

  filesOf(hourMs: number): ArchivedFile[] {
    return [...this.manifest.values()].filter((file) => file.hourMs === hourMs);
  }

  /** Whether an hour waits for events that the totals have counted and the archive does not hold yet. */
  awaitsCounted(hourMs: number): boolean {
    const nextOffset = (partition: number) => this.nextOffset('archive', partition);
    return this.#counted.awaits(hourMs, { hasFiles: this.filesOf(hourMs).length > 0, nextOffset });
  }

  /** Whether a worker may have been going to create the file. */
  isIntended(path: string): boolean {
    if (this.abandoned.has(path)) return true;
    return [...this.intents.values()].some(({ paths }) => paths.includes(path));
  }

  nextOffset(sink: Sink, partition: number): number {
    return this.#positions[sink].get(partition)?.nextOffset ?? 0;
  }

  epoch(sink: Sink, partition: number): number {
    return this.#positions[sink].get(partition)?.epoch ?? 0;
  }

  claim(sinks: readonly Sink[], partitions: readonly number[]): ClaimedPosition[] {
    return sinks.flatMap((sink) => partitions.map((partition) => this.#claimOne(sink, partition)));
  }

  commitTotals(commit: TotalsCommit): void {
    const failure = this.#parts.commitFailure?.(commit);
    if (failure !== undefined) throw failure;
    this.#movePositions('totals', commit.moves);
    for (const range of commit.deadLetterRanges) this.#extend(range);
    this.#counted.add(commit);
    this.#parts.ledger.commit(commit);
  }

  recordIntent({ partition, epoch, startOffset, endOffset, decoderVersion, paths }: ChunkIntent): void {
    if (!this.#matches('archive', { partition, epoch, from: startOffset })) {
      throw this.#parts.refused(`the archive position of partition ${partition} was moved or claimed`);
    }
    const open = this.intents.get(partition);
    if (open === undefined) {
      this.intents.set(partition, { startOffset, endOffset, decoderVersion, paths });
      return;
    }
    const isSame = open.startOffset === startOffset && open.endOffset === endOffset && equal(open.paths, paths);
    if (!isSame) throw this.#parts.refused(`partition ${partition} has an open intent`);
  }

  completeChunk(chunk: CompletedChunk): void {
    const { move, files, hasIntent } = chunk;
    const intent = this.intents.get(move.partition);
    if (hasIntent && (intent?.startOffset !== move.from || intent.endOffset !== move.to)) {
      throw this.#parts.refused(`partition ${move.partition} has no such open intent`);
    }
    const listed = files.find(({ path }) => this.manifest.has(path));
    if (listed !== undefined) throw new Error(`duplicate key: ${listed.path} is listed already`);
    this.#movePositions('archive', [move]);
    if (hasIntent) this.intents.delete(move.partition);
    for (const file of files) this.manifest.set(file.path, file);
    this.#parts.hours.touch(files.map(({ hourMs }) => hourMs));
    this.#parts.ledger.chunk(chunk);
  }

  /** Ends that were read after `notedMs`, of the partitions that have a leader. */
  noteEnds(notedMs: number, offsets: ReadonlyMap<number, OffsetRange | undefined>): void {
    for (const [partition, range] of offsets) {
      if (range === undefined) continue;
      this.#notes.add(partition, this.#defects.notesStableOffset === true ? range.stable : range.latest, notedMs);
      // Once the archive position has reached a noted end offset, all records before it are archived.
      const untilMs = this.#notes.takeReached(partition, this.nextOffset('archive', partition));
      if (untilMs !== undefined) this.#parts.ledger.archivedUntil(partition, untilMs);
    }
  }

  /** Of every sink and partition that was ever claimed. */
  heldPositions(): HeldPosition[] {
    return (['totals', 'archive'] as const).flatMap((sink) =>
      Array.from(this.#positions[sink], ([partition, { nextOffset, epoch }]) => {
        const openIntent = sink === 'archive' ? this.intents.get(partition) : undefined;
        return { sink, partition, nextOffset, epoch, openIntent };
      }),
    );
  }

  /** Records a gap, moves the position beyond it and fences the worker that has claimed the partition. */
  acknowledgeGap({ position: seen, to, files }: GivenUp): void {
    const { sink, partition, nextOffset: from, epoch } = seen;
    if (!this.#isAsSeen(seen)) throw this.#parts.refused(`partition ${partition} was claimed or moved by a worker`);
    const position = this.#position(sink, partition);
    this.#parts.ledger.giveUp({ sink, partition, epoch, from, to });
    Object.assign(position, { nextOffset: to, epoch: position.epoch + 1, fingerprint: undefined });
    if (sink === 'archive') this.#giveUpIntent(partition, files);
  }

  /** Lists a file that has appeared after its chunk was given up. @returns false when it was adopted before. */
  adoptFile(file: ArchivedFile): boolean {
    const chunk = this.abandoned.get(file.path);
    if (chunk === undefined) return false;
    this.abandoned.delete(file.path);
    this.#listGivenUp(chunk, [file]);
    return true;
  }

  #isAsSeen({ sink, partition, nextOffset, epoch, openIntent }: HeldPosition): boolean {
    const { gapIgnoresEpoch: ignoresEpoch = false, gapIgnoresIntent: ignoresIntent = false } = this.#defects;
    const position = this.#positions[sink].get(partition);
    const intent = this.intents.get(partition);
    const isIntentSeen = intent?.startOffset === openIntent?.startOffset && intent?.endOffset === openIntent?.endOffset;
    return (
      position?.nextOffset === nextOffset &&
      (position.epoch === epoch || ignoresEpoch) &&
      (sink === 'totals' || isIntentSeen || ignoresIntent)
    );
  }

  #giveUpIntent(partition: number, files: readonly ArchivedFile[]): void {
    const intent = this.intents.get(partition);
    if (intent === undefined) return;
    this.intents.delete(partition);
    this.#listGivenUp({ partition, ...intent }, files);
    if (this.#defects.forgetsAbandonedPaths === true) return;
    const { startOffset, endOffset, paths } = intent;
    for (const path of paths)
      if (!this.manifest.has(path)) this.abandoned.set(path, { partition, startOffset, endOffset });
  }

  #listGivenUp(chunk: AbandonedChunk, files: readonly ArchivedFile[]): void {
    for (const file of files) {
      this.manifest.set(file.path, file);
      this.#parts.ledger.adopt(file, chunk);
    }
    this.#parts.hours.touch(files.map(({ hourMs }) => hourMs));
  }

  #extend(range: DeadLetterRange): void {
    const key = `${range.partition} ${range.reason}`;
    const { firstOffset, records } = this.deadLetterRanges.get(key) ?? { ...range, records: 0 };
    this.deadLetterRanges.set(key, { ...range, firstOffset, records: records + range.records });
  }

  #claimOne(sink: Sink, partition: number): ClaimedPosition {
    const position = this.#position(sink, partition);
    position.epoch += 1;
    if (this.#defects.believesKafka === true && sink === 'totals') {
      position.nextOffset = this.#parts.committedInKafka.get(partition) ?? 0;
    }
    const openIntent = sink === 'archive' ? this.intents.get(partition) : undefined;
    const waitingMs =
      sink === 'archive' ? this.#waitingMs(partition, openIntent?.endOffset ?? position.nextOffset) : undefined;
    const claimed = { sink, partition, ...position, openIntent, generation: 0, waitingMs };
    this.#parts.ledger.claim(claimed);
    return claimed;
  }

  /** How long records that neither the archive nor its open intent holds have been known to wait. */
  #waitingMs(partition: number, nextOffset: number): number | undefined {
    const sinceMs = this.#notes.waitingSinceMs(partition, nextOffset);
    return sinceMs === undefined ? undefined : this.#parts.nowMs() - sinceMs;
  }

  #movePositions(sink: Sink, moves: readonly PositionMove[]): void {
    if (!moves.every((move) => this.#matches(sink, move))) {
      throw this.#parts.refused(`positions of ${sink} were moved or claimed by another worker`);
    }
    for (const { partition, to, fingerprint } of moves) {
      const position = this.#position(sink, partition);
      position.nextOffset = to;
      position.fingerprint = fingerprint ?? position.fingerprint;
    }
  }

  #matches(sink: Sink, { partition, epoch, from }: { partition: number; epoch: number; from: number }): boolean {
    const position = this.#positions[sink].get(partition);
    return (
      position !== undefined &&
      (position.nextOffset === from || this.#defects.ignoresPosition === true) &&
      (position.epoch === epoch || this.#defects.ignoresEpoch === true)
    );
  }

  #position(sink: Sink, partition: number): Position {
    const known = this.#positions[sink].get(partition);
    if (known !== undefined) return known;
    const position = { nextOffset: 0, epoch: 0, fingerprint: undefined };
    this.#positions[sink].set(partition, position);
    return position;
  }
}

function equal(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((path, index) => path === right[index]);
}
