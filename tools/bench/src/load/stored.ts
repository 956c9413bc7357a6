import { compareRows, keyedTotals, summarize } from '@antenna/oracle';
import pg from 'pg';
import { type EventBlock, LoadFailedError } from './event-block.ts';

/** What the workers have stored, seen by somebody else. */
export class Stored {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async using<T>(databaseUrl: string, work: (stored: Stored) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return await work(new Stored(client));
    } finally {
      await client.end();
    }
  }

  /** How far a sink has come, by partition. */
  async positions(sink: 'totals' | 'archive'): Promise<ReadonlyMap<number, number>> {
    const { rows } = await this.#client.query<{ partition: number; next_offset: string }>(
      'SELECT partition, next_offset FROM pipeline.position WHERE sink = $1',
      [sink],
    );
    return new Map(rows.map(({ partition, next_offset: offset }) => [partition, Number(offset)]));
  }

  /**
   * Compares each row of the totals with those that the records below the positions give, and the number of archived
   * events with the offsets that the archive has passed.
   * @returns the number of events that were compared.
   * @throws when there is any difference.
   */
  async mustHold(block: EventBlock): Promise<{ readonly counted: number; readonly archived: number }> {
    const positions = await this.positions('totals');
    const stored = await this.totals('public.bytes');
    const differences = compareRows(block.truthBelow(positions).windows(), keyedTotals(stored));
    if (differences.length > 0) throw new LoadFailedError(`the totals are wrong: ${summarize(differences, 5)}`);
    const archived = sum(await this.positions('archive'));
    const { rows } = await this.#client.query<{ rows: string }>(
      'SELECT coalesce(sum(row_count), 0) AS rows FROM pipeline.archive_file',
    );
    const listed = Number(rows[0]?.rows);
    if (listed !== archived) throw new LoadFailedError(`the archive has passed ${archived} events and lists ${listed}`);
    return { counted: sum(positions), archived };
  }

  async totals(table: 'public.bytes' | 'public.bytes_hourly') {
    const { rows } = await this.#client.query<{ ms: string; type: string; id: string; value: string }>(
      `SELECT (extract(epoch FROM "timestamp") * 1000)::bigint AS ms, type, id, value FROM ${table}`,
    );
    return rows.map(({ ms, type, id, value }) => ({ timestampMs: Number(ms), type, id, value: BigInt(value) }));
  }
}

function sum(positions: ReadonlyMap<number, number>): number {
  return [...positions.values()].reduce((total, offset) => total + offset, 0);
}
