import type { Knex } from 'knex';
import { arrayOfNumbers } from './binary-array.ts';
import { functionAnswer } from './call-function.ts';
import type { CommandedStream } from './lost-records.ts';
import { MOVE_STREAM, STREAM_MOVE_FROM } from './sql/operator.sql.ts';

/** Where the log of a partition ends: the offset that its next record gets. */
export interface PartitionEnd {
  readonly partition: number;
  readonly endOffset: number;
}

/** The stream that the database keeps after a move. */
interface StreamTarget {
  readonly toTopic: string;
  readonly toGroupId: string;
  readonly toClusterId: string;
}

/** A recorded move, with the cut: every sink had reached these ends, and reads nothing beyond them. */
export interface MovedStream extends StreamTarget {
  readonly movedBy: string;
  /** By the clock of Postgres, milliseconds since 1970. */
  readonly movedAtMs: number;
  readonly ends: readonly PartitionEnd[];
}

/** Moves the stream of a database to another topic or cluster. Each method is one transaction. */
export class StreamMoves {
  readonly #database: Knex;
  readonly #stream: CommandedStream;

  /** @param stream the one to move away from. */
  constructor(database: Knex, stream: CommandedStream) {
    this.#database = database;
    this.#stream = stream;
  }

  /** The last move away from this topic of this cluster; undefined when it is in use, or was never moved. */
  async last(): Promise<MovedStream | undefined> {
    const { topic, clusterId } = this.#stream;
    const move = await functionAnswer<MovedStream | null>(this.#database, STREAM_MOVE_FROM, { topic, clusterId });
    return move ?? undefined;
  }

  /**
   * Retires the present topic at these offsets, so that its workers are refused, and admits the workers of the target.
   * @param ends of every partition of the topic.
   * @throws {StreamNotDrainedError} without a change, when a sink is not at the end of a partition, or a chunk is being
   * written.
   * @throws {OtherStreamError} when the database keeps another stream than the present one, or has read a topic of the new
   * name in another cluster.
   */
  async move(ends: readonly PartitionEnd[], target: StreamTarget, by: string): Promise<void> {
    await functionAnswer(this.#database, MOVE_STREAM, {
      ...this.#stream,
      ...target,
      by,
      partitions: arrayOfNumbers(ends.map(({ partition }) => partition)),
      ends: arrayOfNumbers(ends.map(({ endOffset }) => endOffset)),
    });
  }
}
