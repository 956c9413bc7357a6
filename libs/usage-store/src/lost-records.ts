import type { ArchivedFile, Fingerprint, OpenIntent, Sink } from '@antenna/ingestion';
import type { Knex } from 'knex';
import { arrayOfNumbers, arrayOfTexts } from './binary-array.ts';
import { functionAnswer } from './call-function.ts';
import {
  ABANDONED_PATHS,
  ACKNOWLEDGE_GAP,
  ACKNOWLEDGE_TRUNCATION,
  ADOPT_FILE,
  ARCHIVED_CHUNKS,
  CUT_CHUNKS,
  HELD_POSITIONS,
  NOTE_NOTHING_READABLE,
} from './sql/operator.sql.ts';

/** The stream that a command is run for. As with a worker, the database refuses a stream that it does not belong to. */
export interface CommandedStream {
  readonly topic: string;
  readonly groupId: string;
  readonly clusterId: string;
  readonly archiveUrl: string;
}

/** A position as the command read it. */
export interface HeldPosition {
  readonly sink: Sink;
  readonly partition: number;
  readonly nextOffset: number;
  /** Each claim raises the epoch. */
  readonly epoch: number;
  readonly fingerprint: Fingerprint | undefined;
  /** Undefined for the totals sink. */
  readonly openIntent: Omit<OpenIntent, 'decoderVersion'> | undefined;
}

/** A gap that an operator accepts: the records from the position up to `to`. */
export interface AcknowledgedGap {
  /** The position as the command read it. */
  readonly position: HeldPosition;
  /** The offset to continue from. */
  readonly to: number;
  /** Of the open intent, those that exist. */
  readonly files: readonly ArchivedFile[];
  readonly acknowledgedBy: string;
  readonly detail: string;
}

/** An archived chunk: these files have the events of [startOffset, endOffset). */
export interface ArchivedChunk {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly paths: readonly string[];
}

/**
 * A chunk whose intent a truncation cut: these files can still be created from the records of [startOffset,
 * readableEnd).
 */
export interface CutChunk {
  readonly startOffset: number;
  readonly readableEnd: number;
  readonly paths: readonly string[];
}

/** A truncation that an operator accepts: from `offset` on, the log differs from the records that were read. */
export interface AcknowledgedTruncation {
  readonly partition: number;
  readonly offset: number;
  /** The positions of all sinks as the command read them. */
  readonly positions: readonly HeldPosition[];
  /** Of the open intent, those that exist. */
  readonly files: readonly ArchivedFile[];
  readonly acknowledgedBy: string;
  readonly detail: string;
}

/** Acknowledges lost records for an operator's command. Every method is one transaction. */
export class LostRecords {
  readonly #database: Knex;
  readonly #stream: CommandedStream;

  constructor(database: Knex, stream: CommandedStream) {
    this.#database = database;
    this.#stream = stream;
  }

  /** Reads the positions of all sinks. @throws {OtherStreamError} when the database belongs to another stream. */
  async positions(): Promise<readonly HeldPosition[]> {
    const rows = await this.#answer<readonly HeldPositionJson[]>(HELD_POSITIONS, {});
    return rows.map((row) => ({
      ...row,
      fingerprint: row.fingerprint ?? undefined,
      openIntent: row.openIntent ?? undefined,
    }));
  }

  /**
   * Records the gap, moves the position and closes the open intent: adds its existing files to the manifest and records
   * the paths of the others as abandoned.
   * @throws {FenceLostError} when position or intent have changed since the command read them; nothing is changed then.
   * @throws {OtherStreamError} when the database keeps another stream.
   */
  async acknowledgeGap({ position, to, files, acknowledgedBy, detail }: AcknowledgedGap): Promise<void> {
    const { sink, partition, epoch, nextOffset, openIntent } = position;
    await this.#answer(ACKNOWLEDGE_GAP, {
      sink,
      partition,
      epoch,
      from: nextOffset,
      to,
      intentStart: openIntent?.startOffset ?? null,
      intentEnd: openIntent?.endOffset ?? null,
      files: JSON.stringify(files.map(fileJson)),
      acknowledgedBy,
      detail,
    });
  }

  /** The archived chunks that reach beyond an offset, the newest first. */
  archivedChunks(partition: number, from: number): Promise<readonly ArchivedChunk[]> {
    return this.#answer<readonly ArchivedChunk[]>(ARCHIVED_CHUNKS, { partition, from });
  }

  /**
   * Moves positions beyond the offset back to it, in a new generation of the log, and gives up an open intent that
   * reaches beyond it.
   * @returns the new generation.
   * @throws {FenceLostError} when a position or the intent has changed since the command read it; nothing is changed
   * then.
   * @throws {OtherStreamError} when the database keeps another stream.
   */
  acknowledgeTruncation({ positions, files, ...truncation }: AcknowledgedTruncation): Promise<number> {
    const intent = positions.find(({ openIntent }) => openIntent !== undefined)?.openIntent;
    return this.#answer<number>(ACKNOWLEDGE_TRUNCATION, {
      ...truncation,
      sinks: arrayOfTexts(positions.map(({ sink }) => sink)),
      epochs: arrayOfNumbers(positions.map(({ epoch }) => epoch)),
      nextOffsets: arrayOfNumbers(positions.map(({ nextOffset }) => nextOffset)),
      intentStart: intent?.startOffset ?? null,
      intentEnd: intent?.endOffset ?? null,
      files: JSON.stringify(files.map(fileJson)),
    });
  }

  /** The cut chunks with a missing file that can still be created. No hour is final while there is one. */
  cutChunks(partition: number): Promise<readonly CutChunk[]> {
    return this.#answer<readonly CutChunk[]>(CUT_CHUNKS, { partition });
  }

  /** Records that the topic holds no event for a missing file of a cut chunk: no hour waits for it any more. */
  async noteNothingReadable(path: string): Promise<void> {
    await this.#answer(NOTE_NOTHING_READABLE, { path });
  }

  async #answer<Answer>(statement: string, parameters: Record<string, Knex.RawBinding>): Promise<Answer> {
    const { topic, groupId, clusterId, archiveUrl } = this.#stream;
    const stream = { topic, groupId, clusterId, archiveUrl };
    return functionAnswer<Answer>(this.#database, statement, { ...stream, ...parameters });
  }
}

/** Files that did not exist when their chunks were given up. */
export class AbandonedFiles {
  readonly #database: Knex;
  readonly #topic: string;

  constructor(database: Knex, topic: string) {
    this.#database = database;
    this.#topic = topic;
  }

  async paths(): Promise<readonly string[]> {
    return functionAnswer<readonly string[]>(this.#database, ABANDONED_PATHS, { topic: this.#topic });
  }

  /** Adds a file that has appeared to the manifest. @returns false when it was adopted before. */
  async adopt(file: ArchivedFile): Promise<boolean> {
    const parameters = { topic: this.#topic, file: JSON.stringify(fileJson(file)) };
    return functionAnswer<boolean>(this.#database, ADOPT_FILE, parameters);
  }
}

interface HeldPositionJson extends Omit<HeldPosition, 'fingerprint' | 'openIntent'> {
  readonly fingerprint: Fingerprint | null;
  readonly openIntent: Omit<OpenIntent, 'decoderVersion'> | null;
}

function fileJson(file: ArchivedFile) {
  return { ...file, eventBytes: String(file.eventBytes) };
}
