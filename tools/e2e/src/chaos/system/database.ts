import { copyDatabase, rowsOf } from '@antenna/test-kit';
import { migrate, openDatabase, seedUsers } from '@antenna/usage-store';
import type pg from 'pg';
import retry from 'p-retry';
import { RESTART_PATIENCE } from './restart-patience.ts';

/**
 * Divides the tables as in a database that was made in November 2022, with a partition for each of the months from October to
 * December. In a new database all events of the run would be in one partition, that of everything before last month.
 */
const DIVIDED_SINCE_2022 = `
  DO $$
  DECLARE
    first constant timestamp := '2022-10-01';
    divided record;
    month timestamp;
  BEGIN
    FOR divided IN SELECT format('%I.%I', t.schema, t.name) AS parent, t.* FROM pipeline.partitioned_table AS t LOOP
      EXECUTE format('ALTER TABLE %s DETACH PARTITION pipeline.%I', divided.parent, divided.name || '_before');
      EXECUTE format('ALTER TABLE %s ATTACH PARTITION pipeline.%I FOR VALUES FROM (MINVALUE) TO (%L)',
        divided.parent, divided.name || '_before', first);
      FOR month IN SELECT generate_series(first, '2022-12-01', interval '1 month') LOOP
        EXECUTE format('CREATE TABLE pipeline.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = %s)',
          divided.name || to_char(month, '_YYYY_MM'), divided.parent, month, month + interval '1 month', divided.fillfactor);
      END LOOP;
    END LOOP;
    UPDATE pipeline.partitioned_table SET first_month = first;
  END
  $$`;

/** The stream's database, reached directly. */
export class Database {
  readonly url: string;
  readonly #name: string;
  readonly #serverUrl: string;

  private constructor(serverUrl: string, name: string) {
    this.url = Object.assign(new URL(serverUrl), { pathname: name }).href;
    this.#name = name;
    this.#serverUrl = serverUrl;
  }

  /** Makes one with the product's schema and users. */
  static async create(serverUrl: string, name: string): Promise<Database> {
    const created = new Database(serverUrl, name);
    const { url } = created;
    await rowsOf(serverUrl, `CREATE DATABASE "${name}"`);
    await migrate({ url });
    const database = openDatabase({ url }, { applicationName: 'chaos', poolMax: 1 });
    await seedUsers(database).finally(() => database.destroy());
    await created.query(DIVIDED_SINCE_2022);
    return created;
  }

  /** Copies the database as it is now. It ends all connections, and nobody may connect meanwhile. */
  async backUp(): Promise<void> {
    await copyDatabase(this.#serverUrl, this.#name, this.#backup);
  }

  /** Replaces the database by its copy: clients find the restored database under the same URL. */
  async restore(): Promise<void> {
    await copyDatabase(this.#serverUrl, this.#backup, this.#name);
  }

  /** The URL by which others reach it through a proxy. */
  through(port: number): string {
    const url = new URL(this.url);
    url.port = String(port);
    return url.href;
  }

  /**
   * The number of records that a sink has saved of a partition; by default that of both sinks and all partitions. Waits
   * while the database is away.
   */
  async saved({ sink, partition }: { sink?: 'totals' | 'archive'; partition?: number } = {}): Promise<number> {
    const [row] = await this.query<{ saved: number }>(
      `SELECT coalesce(sum(next_offset), 0)::float8 AS saved FROM pipeline.position
       WHERE sink = coalesce($1, sink) AND partition = coalesce($2, partition)`,
      [sink, partition],
    );
    return row?.saved ?? 0;
  }

  get #backup(): string {
    return `${this.#name}_backup`;
  }

  query<Row extends pg.QueryResultRow>(
    statement: string,
    parameters: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    return retry(() => rowsOf<Row>(this.url, statement, parameters), RESTART_PATIENCE);
  }
}
