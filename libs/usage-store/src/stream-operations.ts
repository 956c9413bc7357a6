import type { Knex } from 'knex';
import { functionAnswer } from './function-answer.ts';
import { FORGET_NOTES, RESTORE_TOPIC, RETIRE_TOPIC } from './sql/operator.sql.ts';

/** What is left of a topic that was retired, as the last notes of its ends have it. */
export interface RetiredTopic {
  /** False when the topic had been retired before. */
  readonly isChanged: boolean;
  readonly partitions: number;
  /** Offsets that no totals have. */
  readonly notCounted: number;
  /** Offsets that the totals have and the archive lacks. */
  readonly notArchived: number;
  /** In the archive. */
  readonly files: number;
}

/** By which an operator changes what is known of the stream. Each call is one transaction, and safe to be made again. */
export class StreamOperations {
  readonly #database: Knex;
  readonly #topic: string;

  constructor(database: Knex, topic: string) {
    this.#database = database;
    this.#topic = topic;
  }

  /**
   * Takes the topic out of the database: its workers are refused, and no hour waits for it.
   * @throws {OtherStreamError} when no worker has ever kept it here.
   * @throws {ChunkInProgressError} while one of its chunks is half written.
   */
  async retireTopic(): Promise<RetiredTopic> {
    return this.#answer<RetiredTopic>(RETIRE_TOPIC);
  }

  /** @returns false when it was not retired. @throws {OtherStreamError} when another topic has taken its place. */
  async restoreTopic(): Promise<boolean> {
    return this.#answer<boolean>(RESTORE_TOPIC);
  }

  /** No hour is final until the ends have been noted anew, and reached. @returns how many partitions there are. */
  async forgetNotes(): Promise<number> {
    return Number(await this.#answer<string>(FORGET_NOTES));
  }

  async #answer<Answer>(statement: string, parameters: Record<string, Knex.RawBinding> = {}): Promise<Answer> {
    return functionAnswer<Answer>(this.#database, statement, { topic: this.#topic, ...parameters });
  }
}
