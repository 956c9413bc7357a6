import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { User } from '../process/launch.ts';
import { nativeFiles } from './native-files.ts';

/** Who Postgres runs as, and where its programs and data are. */
export interface PostgresAccount {
  /** Undefined: we ourselves. */
  readonly user: User | undefined;
  readonly programs: string;
  readonly data: string;
}

/** `nobody`; needs no entry in the machine's list of users. */
const nobody: User = { uid: 65_534, gid: 65_534 };

/** Survives a restart of the machine, and everybody may enter it. */
const openFolder = '/var/tmp';

/**
 * Postgres refuses to run as root, so that root starts it as `nobody`, who must be able to reach its programs and data.
 * Below a closed folder (`/root` is one on most machines) they are kept in a folder of `/var/tmp` instead.
 */
export async function postgresAccount(folder: string): Promise<PostgresAccount> {
  const programs = await nativeFiles();
  if (process.getuid?.() !== 0) return { user: undefined, programs, data: join(folder, 'data') };
  const open = openHomeOf(folder);
  const [programsAreOpen, folderIsOpen] = await Promise.all([programs, folder].map(isOpen));
  if (!programsAreOpen || !folderIsOpen) await makeOpenFolder(open);
  return {
    user: nobody,
    programs: programsAreOpen ? programs : await copiedTo(join(open, 'native'), programs),
    data: join(folderIsOpen ? folder : open, 'data'),
  };
}

/** Deletes what is kept outside of `folder`. */
export async function removeOpenHome(folder: string): Promise<void> {
  await rm(openHomeOf(folder), { recursive: true, force: true });
}

function openHomeOf(folder: string): string {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  return join(openFolder, `antenna-usage-postgres-${name}`);
}

async function isOpen(path: string): Promise<boolean> {
  const { mode } = await stat(path);
  const mayEnter = (mode & 0o001) !== 0;
  return mayEnter && (dirname(path) === path || isOpen(dirname(path)));
}

async function makeOpenFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  // Whatever the umask.
  await chmod(path, 0o755);
}

async function copiedTo(target: string, source: string): Promise<string> {
  if (await stat(target).catch(() => undefined)) return target;
  const staging = join(dirname(target), `${basename(target)}.${process.pid}.tmp`);
  await cp(source, staging, { recursive: true, verbatimSymlinks: true });
  await rename(staging, target);
  return target;
}
