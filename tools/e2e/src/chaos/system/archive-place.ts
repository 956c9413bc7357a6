import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { copyBucket } from '@antenna/oracle';
import { createBucket, type Environment } from '@antenna/test-kit';
import { SmallDisk } from './small-disk.ts';

export const ARCHIVE_KINDS = ['local', 'gcs'] as const;

export type ArchiveKind = (typeof ARCHIVE_KINDS)[number];

/** Where the archive of a stream is. */
export interface ArchivePlace {
  readonly kind: ArchiveKind;
  readonly environment: Environment;
  /** Of a local archive, where one can be mounted. */
  readonly disk: SmallDisk | undefined;
  /** A place outside of the archive, for files that are set aside. */
  readonly asideUrl: string;
  /** Where workers prepare files. */
  readonly stagingFolder: string;
  /** Brings every file to this machine. @returns the folder of the archive. */
  collect(): Promise<string>;
  close(): Promise<void>;
}

interface Places {
  readonly folder: string;
  /** Of the storage server: directly, and through the proxies. */
  readonly storageUrl: string;
  readonly proxiedStorageUrl: string;
  readonly bucket: string;
}

export function openArchivePlace(kind: ArchiveKind, places: Places): Promise<ArchivePlace> {
  return kind === 'local' ? localPlace(places) : bucketPlace(places);
}

async function localPlace({ folder }: Places): Promise<ArchivePlace> {
  const [root, aside] = [join(folder, 'archive'), join(folder, 'aside')];
  await rm(aside, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const disk = await SmallDisk.mount(root);
  return {
    kind: 'local',
    environment: { ARCHIVE_URL: `file:${root}` },
    disk,
    asideUrl: `file:${aside}`,
    stagingFolder: join(root, '.staging'),
    collect: () => Promise.resolve(root),
    close: () => SmallDisk.forget(root),
  };
}

const PREFIX = 'events';

async function bucketPlace({ folder, storageUrl, proxiedStorageUrl, bucket }: Places): Promise<ArchivePlace> {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary, { recursive: true });
  await createBucket(storageUrl, bucket);
  return {
    kind: 'gcs',
    environment: {
      ARCHIVE_URL: `gs://${bucket}/${PREFIX}`,
      STORAGE_EMULATOR_HOST: proxiedStorageUrl,
      TMPDIR: temporary,
    },
    disk: undefined,
    asideUrl: `gs://${bucket}/aside`,
    stagingFolder: join(temporary, 'event-archive-staging'),
    async collect() {
      const copies = join(folder, 'copies');
      await copyBucket(storageUrl, bucket, copies, PREFIX);
      return copies;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
