import type {
  ArchivedFile,
  ChunkIntent,
  ClaimedPosition,
  CompletedChunk,
  DeadLetterRange,
  OffsetRange,
  OpenIntent,
  Sink,
  TotalsCommit,
} from '@antenna/ingestion';
import type { Ledger } from '../checker/ledger.ts';
import type { SimulatedHours } from './simulated-hours.ts';
import { type CountedHoursDefects, SimulatedCountedHours } from './simulated-counted-hours.ts';
import { type LostRecordsDefects, SimulatedLostRecords } from './simulated-lost-records.ts';
import type { LogEnd, MoveDefects } from './move-command.ts';
import { SimulatedNotes } from './simulated-notes.ts';
import { type PositionDefects, SimulatedPositions, SINKS } from './simulated-positions.ts';
import { type RetentionDefects, SimulatedRetention } from './simulated-retention.ts';

/** How the store can be broken. */
export interface StoreDefects
  extends CountedHoursDefects, LostRecordsDefects, PositionDefects, RetentionDefects, MoveDefects {
  /** Begins where Kafka's group has committed, and takes that for the position. */
  readonly believesKafka?: boolean;
  /** Takes the last stable offset for the end of a partition. */
  readonly notesStableOffset?: boolean;
}

export interface StoreParts {
  /** Checks every call that the store accepts. */
  readonly ledger: Pick<
    Ledger,
    'claim' | 'move' | 'commit' | 'intend' | 'chunk' | 'archivedUntil' | 'giveUp' | 'acknowledgeTruncation' | 'adopt'
  >;
  readonly hours: SimulatedHours;
  /** What the group has committed in Kafka. */
  readonly committedInKafka: ReadonlyMap<number, number>;
  readonly refused: (message: string) => Error;
  readonly nowMs: () => number;
  /** Why a commit fails that could be made, if it does. */
  readonly commitFailure?: (commit: TotalsCommit) => Error | undefined;
}

/** The worker that claims. */
export interface Claimant {
  readonly decoderVersion: number;
}

/** The claim of a worker whose decoder must not go on with what another version has begun. */
export class DecoderRefusedError extends Error {
  override readonly name = 'DecoderRefusedError';
}

/** The claim of a worker of a topic from which the stream has moved away. */
export class StreamMovedError extends Error {
  override readonly name = 'StreamMovedError';
}

/**
 * The functions of schema `pipeline` that the speed layer calls, as they are in
 * libs/usage-store/src/schema: each call is one transaction, and all of it takes less than an hour.
 */
export class SimulatedStore {
  /** Listed files by path. */
  readonly manifest = new Map<string, ArchivedFile>();
  /** Open intents by partition. */
  readonly intents = new Map<number, OpenIntent>();
  /** Dead letters that are not stored whole, by partition and reason. */
  readonly deadLetterRanges = new Map<string, DeadLetterRange>();
  readonly positions: SimulatedPositions;
  readonly notes = new SimulatedNotes();
  readonly counted: SimulatedCountedHours;
  readonly retention: SimulatedRetention;
  /** What operators' commands call. */
  readonly lost: SimulatedLostRecords;
  /** Whether the stream has moved from the topic of the schedule to another one. */
  hasMoved = false;
  readonly #parts: StoreParts;
  readonly #defects: StoreDefects;

  constructor(parts: StoreParts, defects: StoreDefects) {
    this.#parts = parts;
    this.#defects = defects;
    this.positions = new SimulatedPositions(defects);
    this.counted = new SimulatedCountedHours(defects);
    this.retention = new SimulatedRetention(defects);
    this.lost = new SimulatedLostRecords(this, parts, defects);
  }

  filesOf(hourMs: number): ArchivedFile[] {
    return [...this.manifest.values()].filter((file) => file.hourMs === hourMs);
  }

  /** Whether an hour waits neither for counted events that are not archived yet, nor for files of a cut chunk. */
  isComplete(hourMs: number): boolean {
    const nextOffset = (partition: number) => this.nextOffset('archive', partition);
    const hasFiles = this.filesOf(hourMs).length > 0;
    return !this.lost.hasCutChunks && !this.counted.awaits(hourMs, { hasFiles, nextOffset });
  }

  /** Whether a worker may have been going to create the file. */
  isIntended(path: string): boolean {
    if (this.lost.abandoned.has(path)) return true;
    return [...this.intents.values()].some(({ paths }) => paths.includes(path));
  }

  nextOffset(sink: Sink, partition: number): number {
    return this.positions.nextOffset(sink, partition);
  }

  /** The positions of the totals and of the archive. */
  nextOffsets(partition: number): readonly [totals: number, archive: number] {
    return [this.nextOffset('totals', partition), this.nextOffset('archive', partition)];
  }

  epoch(sink: Sink, partition: number): number {
    return this.positions.epoch(sink, partition);
  }

  /** Moves the stream to another topic, if every sink is at the end of this one and no chunk is being written. */
  moveStream(ends: readonly LogEnd[]): void {
    if (this.hasMoved) return;
    const sinks = this.#defects.movesBeforeArchive === true ? (['totals'] as const) : SINKS;
    const behind = ends.find(({ partition, end }) => sinks.some((sink) => this.nextOffset(sink, partition) !== end));
    if (behind !== undefined) throw this.#parts.refused(`partition ${behind.partition} is not read to its end`);
    if (this.intents.size > 0 || this.lost.hasCutChunks) throw this.#parts.refused('a chunk is being written');
    this.hasMoved = true;
    this.#parts.ledger.move(ends);
    if (this.#defects.moveKeepsClaims === true) return;
    for (const { partition } of ends) {
      for (const sink of this.positions.sinksOf(partition))
        this.positions.set(sink, partition, { epoch: this.epoch(sink, partition) + 1 });
    }
  }

  /** @throws {StreamMovedError}, {DecoderRefusedError} when one of the partitions has to be finished by another decoder version. */
  claim(sinks: readonly Sink[], partitions: readonly number[], { decoderVersion }: Claimant): ClaimedPosition[] {
    if (this.hasMoved) throw new StreamMovedError('the stream has moved to another topic');
    const isRefused = (partition: number) =>
      !this.positions.mayClaim(sinks, partition, { version: decoderVersion, hasIntent: this.intents.has(partition) });
    const refused = partitions.find(isRefused);
    if (refused !== undefined) throw new DecoderRefusedError(`partition ${refused} belongs to another decoder version`);
    for (const partition of partitions) {
      for (const sink of sinks) this.positions.set(sink, partition, {});
      for (const sink of this.positions.changeDecoder(partition, decoderVersion))
        this.#parts.ledger.claim({ sink, partition, epoch: this.epoch(sink, partition) });
    }
    return sinks.flatMap((sink) => partitions.map((partition) => this.#claimOne(sink, partition, decoderVersion)));
  }

  /** @param floorMs the retention floor, as the transaction of the commit has read it. */
  commitTotals(commit: TotalsCommit, floorMs = this.retention.floorMs): void {
    const failure = this.#parts.commitFailure?.(commit);
    if (failure !== undefined) throw failure;
    if (!commit.moves.every((move) => this.positions.matches('totals', move)))
      throw this.#parts.refused('positions of totals were moved or claimed by another worker');
    for (const move of commit.moves) this.positions.move('totals', move);
    for (const range of commit.deadLetterRanges) this.#extend(range);
    this.counted.add(commit);
    this.retention.commit(commit, floorMs);
    this.#parts.ledger.commit(commit);
  }

  recordIntent({ partition, epoch, ...intent }: ChunkIntent): void {
    const { startOffset, endOffset, paths } = intent;
    if (!this.positions.matches('archive', { partition, epoch, from: startOffset })) {
      throw this.#parts.refused(`the archive position of partition ${partition} was moved or claimed`);
    }
    const open = this.intents.get(partition);
    if (open === undefined) {
      this.intents.set(partition, intent);
      this.#parts.ledger.intend({ partition, epoch, ...intent });
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
    if (!this.positions.matches('archive', move))
      throw this.#parts.refused('the position of archive was moved or claimed by another worker');
    this.positions.move('archive', move);
    if (hasIntent) this.intents.delete(move.partition);
    for (const file of files) this.manifest.set(file.path, file);
    this.#parts.hours.touch(files.map(({ hourMs }) => hourMs));
    this.#parts.ledger.chunk(chunk);
  }

  /** Ends that were read after `notedMs`, of the partitions that have a leader. */
  noteEnds(notedMs: number, offsets: ReadonlyMap<number, OffsetRange | undefined>): void {
    for (const [partition, range] of offsets) {
      if (range === undefined) continue;
      this.notes.add(partition, this.#defects.notesStableOffset === true ? range.stable : range.latest, notedMs);
      // Once the archive position has reached a noted end offset, all records before it are archived.
      const untilMs = this.notes.takeReached(partition, this.nextOffset('archive', partition));
      if (untilMs !== undefined) this.#parts.ledger.archivedUntil(partition, untilMs);
    }
  }

  #extend(range: DeadLetterRange): void {
    const key = `${range.partition} ${range.reason}`;
    const { firstOffset, records } = this.deadLetterRanges.get(key) ?? { ...range, records: 0 };
    this.deadLetterRanges.set(key, { ...range, firstOffset, records: records + range.records });
  }

  #claimOne(sink: Sink, partition: number, decoderVersion: number): ClaimedPosition {
    const position = this.positions.set(sink, partition, { epoch: this.epoch(sink, partition) + 1 });
    if (this.#defects.believesKafka === true && sink === 'totals') {
      position.nextOffset = this.#parts.committedInKafka.get(partition) ?? 0;
    }
    const isArchive = sink === 'archive';
    const openIntent = isArchive ? this.intents.get(partition) : undefined;
    const waitingMs = isArchive ? this.#waitingMs(partition, openIntent?.endOffset ?? position.nextOffset) : undefined;
    this.#parts.ledger.claim({ sink, partition, epoch: position.epoch, decoderVersion });
    return { sink, partition, ...position, openIntent, generation: this.lost.generation(partition), waitingMs };
  }

  /** How long records that neither the archive nor its open intent holds have been known to wait. */
  #waitingMs(partition: number, nextOffset: number): number | undefined {
    const sinceMs = this.notes.waitingSinceMs(partition, nextOffset);
    return sinceMs === undefined ? undefined : this.#parts.nowMs() - sinceMs;
  }
}

function equal(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((path, index) => path === right[index]);
}
