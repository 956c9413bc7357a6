import { copyDatabase, dropDatabase } from '@antenna/test-kit';
import { place } from './place.ts';

/** Makes a backup of the demo's database. */
export async function backUp(serverUrl: string): Promise<void> {
  await copyDatabase(serverUrl, place.database, place.backup);
}

/** Restores the database from its backup, and drops the backup. Workers connect to it under the same URL. */
export async function restore(serverUrl: string): Promise<void> {
  await copyDatabase(serverUrl, place.backup, place.database);
  await dropDatabase(serverUrl, place.backup);
}
