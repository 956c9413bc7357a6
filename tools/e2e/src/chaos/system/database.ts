import { rowsOf } from '@antenna/test-kit';
import { migrate, openDatabase, seedUsers } from '@antenna/usage-store';
import type pg from 'pg';
import retry from 'p-retry';

/** The server may be restarting: everything is tried again until it answers. */
const RESTART_PATIENCE = { retries: 300, minTimeout: 200, factor: 1 };

/** The stream's database, reached directly. */
export class Database {
  readonly url: string;

  private constructor(url: string) {
    this.url = url;
  }

  /** Makes one with the product's schema and users. */
  static async create(serverUrl: string, name: string): Promise<Database> {
    await new Database(serverUrl).query(`CREATE DATABASE "${name}"`);
    const url = new URL(serverUrl);
    url.pathname = name;
    await migrate({ url: url.href });
    const database = openDatabase({ url: url.href }, { applicationName: 'chaos', poolMax: 1 });
    await seedUsers(database).finally(() => database.destroy());
    return new Database(url.href);
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

  query<Row extends pg.QueryResultRow>(
    statement: string,
    parameters: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    return retry(() => rowsOf<Row>(this.url, statement, parameters), RESTART_PATIENCE);
  }
}
