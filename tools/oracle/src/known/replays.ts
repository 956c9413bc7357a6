import type { ReplayedLetter, StoredTables } from '../stored/tables.ts';
import type { KnownRecords } from './known-records.ts';

/** The records that `dead-letters replay` has added to the topic, with the same contents in the same partition. */
export class Replays {
  readonly #known: KnownRecords;
  readonly #unknown: ReplayedLetter[];

  private constructor(known: KnownRecords, unknown: ReplayedLetter[]) {
    this.#known = known;
    this.#unknown = unknown;
  }

  /** Makes those known whose offset was acknowledged. */
  static async read(tables: StoredTables, known: KnownRecords): Promise<Replays> {
    const replays = await tables.replays();
    const result = new Replays(
      known,
      replays.filter(({ newOffset }) => newOffset === null),
    );
    for (const replay of replays) if (replay.newOffset !== null) result.#add(replay, replay.newOffset);
    return result;
  }

  /**
   * Makes a committed record known as one whose answer was lost: it may be anywhere after the original.
   * @returns whether one was sent to that partition.
   */
  claim(partition: number, offset: number): boolean {
    const index = this.#unknown.findIndex((replay) => replay.partition === partition && replay.offset < offset);
    const [replay] = index < 0 ? [] : this.#unknown.splice(index, 1);
    if (replay === undefined) return false;
    this.#add(replay, offset);
    return true;
  }

  #add({ partition, offset }: ReplayedLetter, newOffset: number): void {
    const fact = this.#known.factAt(partition, offset);
    if (fact !== undefined) this.#known.add(partition, newOffset, [fact]);
  }
}
