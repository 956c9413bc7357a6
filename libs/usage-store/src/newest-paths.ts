import type { Knex } from 'knex';
import { callFunction } from './call-function.ts';
import { NEWEST_PATHS } from './sql/speed.sql.ts';

/** Paths of files of a topic that the manifest lists, of its newest hours, relative to the archive's root. */
export async function newestPaths(database: Knex, topic: string, count: number): Promise<readonly string[]> {
  const [row] = await callFunction<{ paths: readonly string[] }>(database, NEWEST_PATHS, { topic, count });
  if (row === undefined) throw new TypeError('pipeline.newest_paths() returned no row');
  return row.paths;
}
