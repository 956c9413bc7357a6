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
import { SimulatedNotes } from './simulated-notes.ts';

interface Position {
  nextOffset: number;
  epoch: number;
  fingerprint: Fingerprint | undefined;
}

/** How the store can be broken. */
export interface StoreDefects {
  readonly ignoresPosition?: boolean;
  readonly ignoresEpoch?: boolean;
  /** Begins where Kafka's group has committed, and takes that for the position. */
  readonly believesKafka?: boolean;
  /** Takes the last stable offset for the end of a partition. */
  readonly notesStableOffset?: boolean;
}

export interface StoreParts {
  /** Judges whatever is accepted. */
  readonly ledger: Pick<Ledger, 'claim' | 'commit' | 'chunk' | 'archivedUntil'>;
  readonly hours: SimulatedHours;
  /** What the group has committed in Kafka. */
  readonly committedInKafka: ReadonlyMap<number, number>;
  readonly refused: (message: string) => Error;
  readonly nowMs: () => number;
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
  /** Dead letters that are not stored whole, by partition and reason. */
  readonly deadLetterRanges = new Map<string, DeadLetterRange>();
  readonly #notes = new SimulatedNotes();
  readonly #parts: StoreParts;
  readonly #defects: StoreDefects;
  readonly #positions: Readonly<Record<Sink, Map<number, Position>>> = { totals: new Map(), archive: new Map() };

  constructor(parts: StoreParts, defects: StoreDefects) {
    this.#parts = parts;
    this.#defects = defects;
  }

  filesOf(hourMs: number): ArchivedFile[] {
    return [...this.manifest.values()].filter((file) => file.hourMs === hourMs);
  }

  isIntended(path: string): boolean {
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
    this.#movePositions('totals', commit.moves);
    for (const range of commit.deadLetterRanges) this.#extend(range);
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
      // Once the archive has reached an end, whatever had been written by then is archived.
      const untilMs = this.#notes.takeReached(partition, this.nextOffset('archive', partition));
      if (untilMs !== undefined) this.#parts.ledger.archivedUntil(partition, untilMs);
    }
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
    const claimed = { sink, partition, ...position, openIntent, waitingMs };
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
