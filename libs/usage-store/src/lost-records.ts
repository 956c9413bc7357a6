import type { ArchivedFile, Fingerprint, OpenIntent, Sink } from '@antenna/ingestion';
import type { Knex } from 'knex';
import { arrayOfNumbers, arrayOfTexts } from './array-literal.ts';
import { functionAnswer } from './function-answer.ts';
import {
  ABANDONED_PATHS,
  ACKNOWLEDGE_GAP,
  ACKNOWLEDGE_TRUNCATION,
  ADOPT_FILE,
  ARCHIVED_CHUNKS,
  CUT_CHUNKS,
  HELD_POSITIONS,
} from './sql/operator.sql.ts';

/** Which stream a command is about. Another one than the database keeps is refused, as a worker of it is. */
export interface CommandedStream {
  readonly topic: string;
  readonly groupId: string;
  readonly clusterId: string;
  readonly archiveUrl: string;
}

/** A position as it is now. */
export interface HeldPosition {
  readonly sink: Sink;
  readonly partition: number;
  readonly nextOffset: number;
  /** Raised by each claim. */
  readonly epoch: number;
  readonly fingerprint: Fingerprint | undefined;
  /** Of the archive only. */
  readonly openIntent: Omit<OpenIntent, 'decoderVersion'> | undefined;
}

/** Records from the position on that are given up. */
export interface AcknowledgedGap {
  /** As it was when the command looked. */
  readonly position: HeldPosition;
  /** The offset to go on from. */
  readonly to: number;
  /** Of the open intent, those that exist. */
  readonly files: readonly ArchivedFile[];
  readonly acknowledgedBy: string;
  readonly detail: string;
}

/** A chunk that is archived: what the log held of [startOffset, endOffset) is in these files. */
export interface ArchivedChunk {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly paths: readonly string[];
}

/** A chunk whose intent a truncation has cut: of [startOffset, readableEnd) these files can still be made. */
export interface CutChunk {
  readonly startOffset: number;
  readonly readableEnd: number;
  readonly paths: readonly string[];
}

/** A log that differs from an offset on from what was read of it. */
export interface AcknowledgedTruncation {
  readonly partition: number;
  readonly offset: number;
  /** Of every sink, as they were when the command looked. */
  readonly positions: readonly HeldPosition[];
  /** Of the open intent, those that exist. */
  readonly files: readonly ArchivedFile[];
  readonly acknowledgedBy: string;
  readonly detail: string;
}

/** Records that are lost, as an operator's command accepts them. Every call is one transaction. */
export class LostRecords {
  readonly #database: Knex;
  readonly #stream: CommandedStream;

  constructor(database: Knex, stream: CommandedStream) {
    this.#database = database;
    this.#stream = stream;
  }

  /** Of every sink that the database has. @throws {OtherStreamError} when the database keeps another stream. */
  async positions(): Promise<readonly HeldPosition[]> {
    const rows = await this.#answer<readonly HeldPositionJson[]>(HELD_POSITIONS, {});
    return rows.map((row) => ({
      ...row,
      fingerprint: row.fingerprint ?? undefined,
      openIntent: row.openIntent ?? undefined,
    }));
  }

  /**
   * Records the gap and moves the position, closing the open intent: its files are listed, and the paths of those that
   * do not exist are remembered.
   * @throws {FenceLostError} when position or intent are not what the command saw; nothing is changed then.
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

  /** Those that tell what the log held from an offset on, the newest first. */
  archivedChunks(partition: number, from: number): Promise<readonly ArchivedChunk[]> {
    return this.#answer<readonly ArchivedChunk[]>(ARCHIVED_CHUNKS, { partition, from });
  }

  /**
   * Moves the positions beyond the offset back to it, in a new generation of the log; gives up an open intent that
   * reaches beyond it.
   * @returns the generation.
   * @throws {FenceLostError} when a position or the intent is not what the command saw; nothing is changed then.
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

  /** Those of which a file is missing that can still be made. */
  cutChunks(partition: number): Promise<readonly CutChunk[]> {
    return this.#answer<readonly CutChunk[]>(CUT_CHUNKS, { partition });
  }

  async #answer<Answer>(statement: string, parameters: Record<string, Knex.RawBinding>): Promise<Answer> {
    const { topic, groupId, clusterId, archiveUrl } = this.#stream;
    const stream = { topic, groupId, clusterId, archiveUrl };
    return functionAnswer<Answer>(this.#database, statement, { ...stream, ...parameters });
  }
}

/** Files of chunks that were given up before they existed. */
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

  /** Lists a file that has appeared. @returns false when it was adopted before. */
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
