import type { Database } from '../system/database.ts';
import type { KnownRecords } from './known-records.ts';

/** A dead letter that somebody has sent again, with the same contents, to the same partition. */
interface Replay {
  readonly partition: number;
  readonly offset: number;
  /** Undefined: its answer was lost, so that it may be anywhere after the original, or nowhere. */
  readonly newOffset: number | undefined;
}

/** What `dead-letters replay` has added to the topic, as the database tells. */
export class Replays {
  readonly #known: KnownRecords;
  readonly #unknown: Replay[];

  private constructor(known: KnownRecords, unknown: Replay[]) {
    this.#known = known;
    this.#unknown = unknown;
  }

  /** Makes those known whose offset was acknowledged. */
  static async of(database: Database, known: KnownRecords): Promise<Replays> {
    const rows = await database.query<{ partition: number; offset: string; new_offset: string | null }>(
      `SELECT partition, "offset", new_offset FROM pipeline.dead_letter_replay
       WHERE outcome IS DISTINCT FROM 'refused' ORDER BY partition, "offset"`,
    );
    const replays = rows.map(({ partition, offset, new_offset: newOffset }) => ({
      partition,
      offset: Number(offset),
      newOffset: newOffset === null ? undefined : Number(newOffset),
    }));
    const unknown = replays.filter(({ newOffset }) => newOffset === undefined);
    const result = new Replays(known, unknown);
    for (const replay of replays) if (replay.newOffset !== undefined) result.#add(replay, replay.newOffset);
    return result;
  }

  /** Makes a committed record known as one whose answer was lost. @returns whether one was sent to that partition. */
  claim(partition: number, offset: number): boolean {
    const index = this.#unknown.findIndex((replay) => replay.partition === partition && replay.offset < offset);
    const [replay] = index < 0 ? [] : this.#unknown.splice(index, 1);
    if (replay === undefined) return false;
    this.#add(replay, offset);
    return true;
  }

  #add({ partition, offset }: Replay, newOffset: number): void {
    const fact = this.#known.factAt(partition, offset);
    if (fact !== undefined) this.#known.add(partition, newOffset, [fact]);
  }
}
