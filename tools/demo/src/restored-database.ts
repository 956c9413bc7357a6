import { rowsOf } from '@antenna/test-kit';
import { place } from './place.ts';

/** Copies the demo's database. No worker may run. */
export async function backUp(serverUrl: string): Promise<void> {
  await rowsOf(serverUrl, `CREATE DATABASE ${place.backup} TEMPLATE ${place.database}`);
}

/** Replaces the database by the copy, and keeps that no longer: workers find the restored one under the same URL. */
export async function restore(serverUrl: string): Promise<void> {
  await rowsOf(serverUrl, `DROP DATABASE ${place.database} WITH (FORCE)`);
  await rowsOf(serverUrl, `ALTER DATABASE ${place.backup} RENAME TO ${place.database}`);
}
