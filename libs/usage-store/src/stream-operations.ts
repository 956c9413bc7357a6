import type { Knex } from 'knex';
import { functionAnswer } from './call-function.ts';
import { FORGET_NOTES, RESTORE_TOPIC, RETIRE_TOPIC } from './sql/operator.sql.ts';

/** A retired topic: its unprocessed offsets up to the last noted ends, and its files. */
export interface RetiredTopic {
  /** False when the topic had been retired before. */
  readonly isChanged: boolean;
  readonly partitions: number;
  /** Offsets that are not in the totals. */
  readonly notCounted: number;
  /** Offsets that are in the totals and not in the archive. */
  readonly notArchived: number;
  /** Files in the archive. */
  readonly files: number;
}

/** Operators' changes to the state of the stream. Each method is one transaction and idempotent. */
export class StreamOperations {
  readonly #database: Knex;
  readonly #topic: string;

  constructor(database: Knex, topic: string) {
    this.#database = database;
    this.#topic = topic;
  }

  /**
   * Takes the topic out of the database: its workers are refused, and no hour waits for it.
   * @throws {OtherStreamError} when no worker has ever claimed it in this database.
   * @throws {ChunkInProgressError} while one of its chunks is half written.
   */
  async retireTopic(): Promise<RetiredTopic> {
    return this.#answer<RetiredTopic>(RETIRE_TOPIC);
  }

  /** @returns false when it was not retired. @throws {OtherStreamError} when another topic has taken its place. */
  async restoreTopic(): Promise<boolean> {
    return this.#answer<boolean>(RESTORE_TOPIC);
  }

  /**
   * Deletes the noted end offsets: no hour is final until the archive reaches newly noted ones.
   * @returns the number of partitions.
   */
  async forgetNotes(): Promise<number> {
    return Number(await this.#answer<string>(FORGET_NOTES));
  }

  async #answer<Answer>(statement: string, parameters: Record<string, Knex.RawBinding> = {}): Promise<Answer> {
    return functionAnswer<Answer>(this.#database, statement, { topic: this.#topic, ...parameters });
  }
}
