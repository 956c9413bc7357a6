import { testDatabase, type TestDatabase } from '@antenna/test-kit';
import pg from 'pg';
import type { Bundle, Dataset } from '../bundle.ts';
import { defaultBundleFolder, readBundle } from '../read-bundle.ts';

/** A database after the migrations, with rows, in which the role of the dashboards asks for the datasets of the bundle. */
export class BundleDatabase {
  readonly client: pg.Client;
  readonly bundle: Bundle;
  readonly #database: TestDatabase;

  private constructor(database: TestDatabase, client: pg.Client, bundle: Bundle) {
    this.#database = database;
    this.client = client;
    this.bundle = bundle;
  }

  /** @param rows the statements that insert the rows. */
  static async open(rows: string): Promise<BundleDatabase> {
    const bundle = await readBundle(defaultBundleFolder);
    const database = await testDatabase();
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query(rows);
    await client.query('SET ROLE antenna_reader');
    return new BundleDatabase(database, client, bundle);
  }

  dataset(name: string): Dataset {
    const found = this.bundle.datasets.find(({ content }) => content.table_name === name);
    if (found === undefined) throw new Error(`no dataset ${name}`);
    return found.content;
  }

  async rowsOf(statement: string): Promise<Record<string, unknown>[]> {
    const { rows } = await this.client.query<Record<string, unknown>>(statement);
    return rows;
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.#database.close();
  }
}
