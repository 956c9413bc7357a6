import type { Knex } from 'knex';
import { callForRow } from './call-function.ts';
import { NEWEST_PATHS } from './sql/speed.sql.ts';

/**
 * The paths of up to `count` files in the manifest from the newest hours of a topic, relative to the archive's root.
 */
export async function newestPaths(database: Knex, topic: string, count: number): Promise<readonly string[]> {
  const { paths } = await callForRow<{ paths: readonly string[] }>(database, NEWEST_PATHS, { topic, count });
  return paths;
}
