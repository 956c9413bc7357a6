import { chown, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import type { User } from '../process/launch.ts';

/** Files of the server that runs on the data; none of the copy's. */
const OF_THE_SERVER = new Set(['postmaster.pid', 'postmaster.opts']);

/** Folders that are copied empty (PostgreSQL, «Backing Up the Data Directory»): the copy makes or fetches what it needs. */
const EMPTY = new Set([
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
]);

export interface DataCopy {
  readonly from: string;
  readonly to: string;
  /** Who the copy belongs to; undefined: we ourselves. */
  readonly user: User | undefined;
}

/**
 * Copies the data of a server while it runs, as a base backup does: it is consistent once the write-ahead log since the
 * beginning of the copy has been replayed, which the server that starts on it does.
 * @param client a superuser's connection to the server that is copied.
 */
export async function copyData(client: pg.Client, copy: DataCopy): Promise<void> {
  await client.query(`SELECT pg_backup_start('standby', true)`);
  await copyFolder(copy, true);
  const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
  await writeOwned(copy, 'backup_label', rows[0]?.labelfile ?? '');
}

/** Writes a file beside the copied ones. */
export async function writeOwned({ to, user }: DataCopy, name: string, content: string): Promise<void> {
  const path = join(to, name);
  await writeFile(path, content, { mode: 0o600 });
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

async function copyFolder({ from, to, user }: DataCopy, isRoot = false): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  if (user !== undefined) await chown(to, user.uid, user.gid);
  // Files and folders may go while they are copied, as those of a dropped database do: the log says so.
  for (const entry of await readdir(from, { withFileTypes: true }).catch(noneIfGone)) {
    if (isRoot && OF_THE_SERVER.has(entry.name)) continue;
    const inner = { from: join(from, entry.name), to: join(to, entry.name), user };
    if (!entry.isDirectory()) await copyOwned(inner);
    else if (isRoot && EMPTY.has(entry.name)) await makeEmpty(inner);
    else await copyFolder(inner);
  }
}

async function copyOwned({ from, to, user }: DataCopy): Promise<void> {
  try {
    await copyFile(from, to);
    if (user !== undefined) await chown(to, user.uid, user.gid);
  } catch (error) {
    noneIfGone(error);
  }
}

async function makeEmpty({ to, user }: DataCopy): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  if (user !== undefined) await chown(to, user.uid, user.gid);
}

function noneIfGone(error: unknown): [] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}
