import { rowsOf } from '@antenna/test-kit';
import { place } from './place.ts';

/** Makes a backup of the demo's database. No worker may be connected. */
export async function backUp(serverUrl: string): Promise<void> {
  await rowsOf(serverUrl, `CREATE DATABASE ${place.backup} TEMPLATE ${place.database}`);
}

/** Restores the database from its backup, which is renamed and so is gone. Workers connect to it under the same URL. */
export async function restore(serverUrl: string): Promise<void> {
  await rowsOf(serverUrl, `DROP DATABASE ${place.database} WITH (FORCE)`);
  await rowsOf(serverUrl, `ALTER DATABASE ${place.backup} RENAME TO ${place.database}`);
}
