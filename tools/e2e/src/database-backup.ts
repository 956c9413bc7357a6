import { copyDatabase, dropDatabase } from '@antenna/test-kit';
import type { Stream } from './stream.ts';

/** A copy of a stream's database, for a restore in place: clients find the restored database under the same URL. */
export interface DatabaseBackup {
  /** Ends all connections to the database, and replaces it by the copy. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** Copies the database of a stream that has no worker. */
export async function backUp({ databaseUrl }: Stream): Promise<DatabaseBackup> {
  const name = new URL(databaseUrl).pathname.slice(1);
  const administrator = Object.assign(new URL(databaseUrl), { pathname: '/postgres' }).href;
  const backup = `${name}_backup`;
  await copyDatabase(administrator, name, backup);
  return {
    restore: () => copyDatabase(administrator, backup, name),
    close: () => dropDatabase(administrator, backup),
  };
}
