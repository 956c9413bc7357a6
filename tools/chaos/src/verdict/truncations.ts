import type { UsageEvent } from '@antenna/event-schema';
import type { KnownRecords, LostRecords } from '../feed/known-records.ts';
import type { Database } from '../system/database.ts';
import type { Gap } from './gaps.ts';

/** What somebody has acknowledged: the log of a partition that ended, and how far it had been read. */
interface Truncation {
  readonly partition: number;
  /** That began with it. */
  readonly generation: number;
  readonly from: number;
  readonly totalsEnd: number;
  readonly archiveEnd: number;
}

/** A lost record that has to be there even so: it had been read before. */
export interface ReadRecord {
  readonly lost: LostRecords;
  readonly offset: number;
  readonly event: UsageEvent;
}

/** What the totals and the archive keep of records that Kafka has lost. */
export class Truncations {
  readonly #rows: readonly Truncation[];
  readonly #known: KnownRecords;

  private constructor(rows: readonly Truncation[], known: KnownRecords) {
    this.#rows = rows;
    this.#known = known;
  }

  static async of(database: Database, known: KnownRecords): Promise<Truncations> {
    const rows = await database.query<Record<'from_offset' | 'totals_end' | 'archive_end', string> & Numbers>(
      `SELECT partition, generation, from_offset, coalesce(totals_end, 0) AS totals_end,
         coalesce(archive_end, 0) AS archive_end
       FROM pipeline.acknowledged_truncation`,
    );
    const truncations = rows.map((row) => ({
      partition: row.partition,
      generation: row.generation,
      from: Number(row.from_offset),
      totalsEnd: Number(row.totals_end),
      archiveEnd: Number(row.archive_end),
    }));
    return new Truncations(truncations, known);
  }

  get counted(): readonly ReadRecord[] {
    return this.#below(({ totalsEnd }) => totalsEnd);
  }

  get archived(): readonly ReadRecord[] {
    return this.#below(({ archiveEnd }) => archiveEnd);
  }

  /** Whether a gap of the archive tells only that lost records were counted and not archived. */
  explain({ sink, partition, from, to }: Gap): boolean {
    return (
      sink === 'archive' &&
      this.#rows.some((row) => row.partition === partition && row.totalsEnd === to && from >= row.from)
    );
  }

  #below(end: (truncation: Truncation) => number): readonly ReadRecord[] {
    return this.#known.lost.flatMap((lost) => {
      const truncation = this.#rows.find(
        ({ partition, generation }) => partition === lost.partition && generation === lost.generation + 1,
      );
      const read = truncation === undefined ? 0 : Math.max(0, end(truncation) - lost.firstOffset);
      return lost.facts
        .slice(0, read)
        .flatMap((event, index) =>
          typeof event === 'string' ? [] : [{ lost, offset: lost.firstOffset + index, event }],
        );
    });
  }
}

interface Numbers {
  readonly partition: number;
  readonly generation: number;
}
