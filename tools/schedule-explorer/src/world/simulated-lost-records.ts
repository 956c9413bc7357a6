import { parseArchivePath } from '@antenna/archive-format';
import type { ArchivedFile, DeadLetterRange, Fingerprint, OpenIntent, Sink } from '@antenna/ingestion';
import type { AcknowledgedGap, AcknowledgedTruncation, ArchivedChunk, HeldPosition } from '@antenna/usage-store';
import type { GivenUpChunk, Ledger } from '../checker/ledger.ts';
import type { SimulatedCountedHours } from './simulated-counted-hours.ts';
import type { SimulatedHours } from './simulated-hours.ts';
import type { SimulatedNotes } from './simulated-notes.ts';
import { type SimulatedPositions, SINKS } from './simulated-positions.ts';

/** An acknowledged gap without the operator and the reason, which the simulated store does not keep. */
export type GivenUp = Omit<AcknowledgedGap, 'acknowledgedBy' | 'detail'>;

/** An acknowledged truncation without the operator and the reason. */
export type Truncated = Omit<AcknowledgedTruncation, 'acknowledgedBy' | 'detail'>;

/** A given-up chunk of which a part can still be read. */
type CutChunk = GivenUpChunk & { readonly readableEnd: number };

/** How the acknowledgement of lost records can be broken. */
export interface LostRecordsDefects {
  /** Gives records up even if another worker has claimed the partition since the command read its position. */
  readonly gapIgnoresEpoch?: boolean;
  /** Gives records up even if a chunk was begun since the command read the position. */
  readonly gapIgnoresIntent?: boolean;
  readonly truncationIgnoresEpoch?: boolean;
  /** Moves positions back even if a chunk was begun since the command read them. */
  readonly truncationIgnoresIntent?: boolean;
  readonly forgetsAbandonedPaths?: boolean;
  /** Hours may be final while a chunk that a truncation cut lacks files. */
  readonly forgetsCutChunks?: boolean;
}

interface Ignored {
  readonly epoch: boolean | undefined;
  readonly intent: boolean | undefined;
}

/** The tables of the store that an acknowledgement changes. */
interface ChangedTables {
  readonly positions: SimulatedPositions;
  readonly intents: Map<number, OpenIntent>;
  readonly manifest: Map<string, ArchivedFile>;
  readonly notes: SimulatedNotes;
  readonly counted: SimulatedCountedHours;
  readonly deadLetterRanges: Map<string, DeadLetterRange>;
}

interface LostRecordsParts {
  readonly ledger: Pick<Ledger, 'giveUp' | 'acknowledgeTruncation' | 'adopt'>;
  readonly hours: SimulatedHours;
  readonly refused: (message: string) => Error;
}

/** The functions that acknowledge lost records: gaps.sql.ts and truncations.sql.ts of the same folder. */
export class SimulatedLostRecords {
  /** Files that may still appear although their chunks were given up, by path. */
  readonly abandoned = new Map<string, GivenUpChunk>();
  readonly #store: ChangedTables;
  readonly #parts: LostRecordsParts;
  readonly #defects: LostRecordsDefects;
  /** By partition: where each generation but the first begins. */
  readonly #generations = new Map<number, readonly number[]>();

  constructor(store: ChangedTables, parts: LostRecordsParts, defects: LostRecordsDefects) {
    this.#store = store;
    this.#parts = parts;
    this.#defects = defects;
  }

  generation(partition: number): number {
    return this.#begun(partition).length;
  }

  /** The positions of every sink and partition that was ever claimed. */
  heldPositions(): HeldPosition[] {
    const { positions, intents } = this.#store;
    return SINKS.flatMap((sink) =>
      Array.from(positions.partitionsOf(sink), (partition) => {
        const openIntent = sink === 'archive' ? intents.get(partition) : undefined;
        const { nextOffset = 0, epoch = 0, fingerprint } = positions.get(sink, partition) ?? {};
        return { sink, partition, nextOffset, epoch, fingerprint, openIntent };
      }),
    );
  }

  /** Records a gap, moves the position beyond it and fences the worker that has claimed the partition. */
  acknowledgeGap({ position: seen, to, files }: GivenUp): void {
    const { sink, partition, nextOffset: from, epoch } = seen;
    this.#requireHeld([seen], { epoch: this.#defects.gapIgnoresEpoch, intent: this.#defects.gapIgnoresIntent });
    this.#parts.ledger.giveUp({ sink, partition, epoch, from, to });
    this.#move(sink, partition, { nextOffset: to, fingerprint: undefined });
    if (sink === 'archive') this.#giveUpIntent(partition, files, undefined);
  }

  /** Moves positions beyond the offset back to it, and begins a generation there. */
  acknowledgeTruncation({ partition, offset, positions, files }: Truncated): void {
    const { truncationIgnoresEpoch: epoch, truncationIgnoresIntent: intent } = this.#defects;
    this.#requireHeld(positions, { epoch, intent });
    const seen = positions.find(({ openIntent }) => openIntent !== undefined)?.openIntent;
    const isCut = seen !== undefined && seen.endOffset > offset;
    const epochs = new Map(positions.map((position) => [position.sink, position.epoch]));
    this.#parts.ledger.acknowledgeTruncation({ partition, offset, epochs, intentEnd: seen?.endOffset });
    for (const [path, chunk] of this.cutChunks(partition))
      this.abandoned.set(path, {
        ...chunk,
        readableEnd: Math.min(chunk.readableEnd, Math.max(offset, chunk.startOffset)),
      });
    if (isCut) this.#giveUpIntent(partition, files, Math.max(offset, seen.startOffset));
    for (const sink of this.#store.positions.sinksOf(partition)) {
      const { nextOffset = 0, fingerprint } = this.#store.positions.get(sink, partition) ?? {};
      const goesOnAt = sink === 'archive' && isCut ? offset : Math.min(nextOffset, offset);
      const isKept = fingerprint !== undefined && fingerprint.offset < offset && goesOnAt <= nextOffset;
      const kept = isKept ? fingerprint : undefined;
      this.#move(sink, partition, { nextOffset: goesOnAt, fingerprint: kept });
    }
    this.#store.counted.forget(partition, offset);
    this.#store.notes.forget(partition);
    const { deadLetterRanges } = this.#store;
    for (const [key, range] of deadLetterRanges)
      if (range.partition === partition && range.lastOffset >= offset) deadLetterRanges.delete(key);
    this.#generations.set(partition, [...this.#begun(partition), offset]);
  }

  /** The chunks that reach beyond an offset, newest first. A chunk ends where the next generation begins, or before. */
  archivedChunks(partition: number, from: number): readonly ArchivedChunk[] {
    const chunks = new Map<string, ArchivedChunk & { readonly paths: string[] }>();
    for (const path of this.#store.manifest.keys()) {
      const name = parseArchivePath(path);
      if (name?.partition !== partition) continue;
      const { startOffset, generation = 0 } = name;
      const endOffset = Math.min(name.endOffset, ...this.#begun(partition).slice(generation));
      const chunk = chunks.get(`${startOffset} ${endOffset}`) ?? { startOffset, endOffset, paths: [] };
      chunk.paths.push(path);
      if (endOffset > Math.max(startOffset, from)) chunks.set(`${startOffset} ${endOffset}`, chunk);
    }
    return [...chunks.values()].sort((left, right) => right.startOffset - left.startOffset);
  }

  /** The missing files of chunks that a truncation cut and whose first records can still be read. */
  cutChunks(partition: number): readonly (readonly [path: string, chunk: CutChunk])[] {
    return Array.from(this.abandoned).flatMap(([path, chunk]) =>
      chunk.partition === partition && isCut(chunk) ? [[path, chunk] as const] : [],
    );
  }

  /** Whether a chunk that a truncation cut lacks files that can be created, so that no hour is final. */
  get hasCutChunks(): boolean {
    return this.#defects.forgetsCutChunks !== true && [...this.abandoned.values()].some(isCut);
  }

  /** No event of a missing file of a cut chunk can be read. */
  noteNothingReadable(path: string): void {
    const chunk = this.abandoned.get(path);
    if (chunk !== undefined && isCut(chunk)) this.abandoned.set(path, { ...chunk, readableEnd: chunk.startOffset });
  }

  /** Lists a file that has appeared after its chunk was given up. @returns false when it was adopted before. */
  adoptFile(file: ArchivedFile): boolean {
    const chunk = this.abandoned.get(file.path);
    if (chunk === undefined) return false;
    this.abandoned.delete(file.path);
    this.#listGivenUp(chunk, [file]);
    return true;
  }

  /** @throws the refusal of the database when a position or the intent has changed since the command read them. */
  #requireHeld(seen: readonly HeldPosition[], ignored: Ignored): void {
    const { positions, intents } = this.#store;
    for (const { sink, partition, nextOffset, epoch, openIntent } of seen) {
      const position = positions.get(sink, partition);
      const intent = intents.get(partition);
      const isIntentSeen =
        intent?.startOffset === openIntent?.startOffset && intent?.endOffset === openIntent?.endOffset;
      const isAsSeen =
        position?.nextOffset === nextOffset &&
        (position.epoch === epoch || ignored.epoch === true) &&
        (sink === 'totals' || isIntentSeen || ignored.intent === true);
      if (!isAsSeen) throw this.#parts.refused(`partition ${partition} was claimed or moved by a worker`);
    }
  }

  #move(sink: Sink, partition: number, to: { nextOffset: number; fingerprint: Fingerprint | undefined }): void {
    const { positions } = this.#store;
    positions.set(sink, partition, { ...to, epoch: positions.epoch(sink, partition) + 1 });
  }

  #giveUpIntent(partition: number, files: readonly ArchivedFile[], readableEnd: number | undefined): void {
    const { intents, manifest } = this.#store;
    const intent = intents.get(partition);
    if (intent === undefined) return;
    intents.delete(partition);
    const { startOffset, endOffset, paths } = intent;
    const chunk = { partition, startOffset, endOffset, readableEnd };
    this.#listGivenUp(chunk, files);
    if (this.#defects.forgetsAbandonedPaths === true) return;
    for (const path of paths) if (!manifest.has(path)) this.abandoned.set(path, chunk);
  }

  #listGivenUp(chunk: GivenUpChunk, files: readonly ArchivedFile[]): void {
    for (const file of files) {
      this.#store.manifest.set(file.path, file);
      this.#parts.ledger.adopt(file, chunk);
    }
    this.#parts.hours.touch(files.map(({ hourMs }) => hourMs));
  }

  #begun(partition: number): readonly number[] {
    return this.#generations.get(partition) ?? [];
  }
}

function isCut(chunk: GivenUpChunk): chunk is CutChunk {
  return chunk.readableEnd !== undefined && chunk.readableEnd > chunk.startOffset;
}
