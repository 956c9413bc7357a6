import { emptyDatabase, type TestDatabase, testDatabase } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { openDatabase } from '../database.ts';
import { PostgresPositionStore, type PositionStoreOptions, type StreamIdentity } from '../position-store.ts';

/** The stream of the tests. */
export const STREAM = {
  topic: 'devices',
  groupId: 'speed-layer',
  clusterId: 'cluster',
  archiveUrl: 'file:/archive',
  allowedLatenessMs: 60_000,
  owner: 'a test',
} satisfies StreamIdentity;

const WAITING = `
  SELECT count(*)::integer AS waiting FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock'`;

/** A test's own database with the schema, and the position stores of its workers. */
export class TestStore {
  readonly url: string;
  /** Connections with the rights of the owner. */
  readonly database: Knex;
  readonly #provided: TestDatabase;

  private constructor(provided: TestDatabase, poolMax: number) {
    this.#provided = provided;
    this.url = provided.url;
    this.database = openDatabase({ url: provided.url }, { applicationName: 'test', poolMax });
  }

  /** @param poolMax the greatest number of connections. */
  static async open(poolMax = 4): Promise<TestStore> {
    return new TestStore(await testDatabase(), poolMax);
  }

  /** Opens a database of its own before the first migration: without schema `pipeline` and without tables. */
  static async withoutSchema(): Promise<TestStore> {
    return new TestStore(await emptyDatabase(), 4);
  }

  worker(identity: Partial<StreamIdentity> = {}, options?: PositionStoreOptions): PostgresPositionStore {
    return new PostgresPositionStore(this.database, { ...STREAM, ...identity }, options);
  }

  /** How many transactions of the database wait for a lock. */
  async waitingTransactions(): Promise<number> {
    const { rows } = await this.database.raw<{ rows: { waiting: number }[] }>(WAITING);
    return rows[0]?.waiting ?? 0;
  }

  async close(): Promise<void> {
    await this.database.destroy();
    await this.#provided.close();
  }
}

/** The items of all pages in one array. */
export async function collected<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
